-- migrate:up
-- Whether the caller edits what the tenant shares. Accounts of the role `user` read it, and write what is their own.
create or replace function cms.is_editor() returns boolean
  language sql stable
  return current_setting('app.role', true) in ('superadmin', 'system', 'admin', 'client');

revoke all on function cms.is_editor() from public;
grant execute on function cms.is_editor() to cdx_app;

create table if not exists cms.content_types (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  name varchar(255) not null,
  slug varchar(100) not null constraint content_types_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  schema jsonb not null check (jsonb_typeof(schema) = 'object'),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  created_at timestamptz(3) not null default now(),
  constraint content_types_slug unique (tenant_id, slug),
  constraint content_types_tenant unique (tenant_id, id)
);

create index if not exists content_types_tenant_name on cms.content_types (tenant_id, name, id);
create index if not exists content_types_tenant_created_at on cms.content_types (tenant_id, created_at, id);
create index if not exists content_types_name on cms.content_types (name, id);
create index if not exists content_types_created_at on cms.content_types (created_at, id);

alter table cms.content_types enable row level security;
alter table cms.content_types force row level security;
drop policy if exists reading on cms.content_types;
create policy reading on cms.content_types for select using (cms.sees_tenant(tenant_id));
drop policy if exists writing on cms.content_types;
create policy writing on cms.content_types for all using (cms.sees_tenant(tenant_id) and cms.is_editor());

grant select, insert, update, delete on cms.content_types to cdx_app;

-- migrate:down
drop table if exists cms.content_types;
drop function if exists cms.is_editor();
