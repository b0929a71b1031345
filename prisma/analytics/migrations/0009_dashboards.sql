-- migrate:up
create table if not exists analytics.dashboards (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  name varchar(255) not null check (name <> ''),
  description text,
  config jsonb not null default '{"widgets": []}' check (jsonb_typeof(config -> 'widgets') = 'array'),
  is_public boolean not null default false,
  created_by uuid not null,
  search tsvector not null generated always as (
    setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', coalesce(description, '')), 'B')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create index if not exists dashboards_tenant on analytics.dashboards (tenant_id, name, id);
create index if not exists dashboards_name on analytics.dashboards (name, id);
create index if not exists dashboards_created_by on analytics.dashboards (created_by, name, id);
create index if not exists dashboards_public on analytics.dashboards (is_public, name, id);
create index if not exists dashboards_created_at on analytics.dashboards (created_at, id);
create index if not exists dashboards_updated_at on analytics.dashboards (updated_at, id);
create index if not exists dashboards_search on analytics.dashboards using gin (search);

create or replace trigger touch_updated_at before update on analytics.dashboards
  for each row execute function analytics.touch_updated_at();

-- A dashboard is its maker's; the tenant's people read what is public, its admins all of it.
alter table analytics.dashboards enable row level security;
alter table analytics.dashboards force row level security;
drop policy if exists reading on analytics.dashboards;
create policy reading on analytics.dashboards for select using (
  analytics.sees_user(tenant_id, created_by) or (is_public and analytics.sees_tenant(tenant_id))
);
drop policy if exists writing on analytics.dashboards;
create policy writing on analytics.dashboards using (
  analytics.sees_all() or (
    tenant_id = nullif(current_setting('app.tenant_id', true), '')
    and created_by = nullif(current_setting('app.user_id', true), '')::uuid
  )
);

grant select, insert, update, delete on analytics.dashboards to cdx_app;

-- migrate:down
drop table if exists analytics.dashboards;
