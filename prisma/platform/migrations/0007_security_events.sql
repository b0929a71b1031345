-- migrate:up
do $$
begin
  create type platform.security_event_severity as enum ('info', 'low', 'medium', 'high', 'critical');
exception
  when duplicate_object then null;
end $$;

create table if not exists platform.security_events (
  id uuid not null primary key,
  tenant_id varchar(50),
  severity platform.security_event_severity not null,
  kind varchar(100) not null check (kind ~ '^[a-z][a-z0-9_.]*$'),
  user_id uuid,
  description text not null check (description <> ''),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  resolved_at timestamptz(3),
  resolved_by uuid,
  search tsvector not null generated always as (
    setweight(to_tsvector('english', translate(kind, '_.', '  ')), 'A')
    || setweight(to_tsvector('english', description), 'B')
  ) stored,
  created_at timestamptz(3) not null default now(),
  constraint security_events_resolution check (resolved_by is null or resolved_at is not null)
);

create index if not exists security_events_created_at on platform.security_events (created_at, id);
create index if not exists security_events_tenant on platform.security_events (tenant_id, created_at, id);
create index if not exists security_events_severity on platform.security_events (severity, created_at, id);
create index if not exists security_events_kind on platform.security_events (kind, created_at, id);
create index if not exists security_events_user on platform.security_events (user_id, created_at, id);
create index if not exists security_events_resolved_at on platform.security_events (resolved_at, id);
create index if not exists security_events_resolved_by on platform.security_events (resolved_by);
create index if not exists security_events_open on platform.security_events (tenant_id, severity) where resolved_at is null;
create index if not exists security_events_metadata on platform.security_events using gin (metadata jsonb_path_ops);
create index if not exists security_events_search on platform.security_events using gin (search);

alter table platform.security_events enable row level security;
alter table platform.security_events force row level security;
drop policy if exists reading on platform.security_events;
create policy reading on platform.security_events for select using (
  platform.acts_for_platform()
  or (
    current_setting('app.role', true) = 'admin'
    and tenant_id = nullif(current_setting('app.tenant_id', true), '')
  )
);
drop policy if exists recording on platform.security_events;
create policy recording on platform.security_events for insert with check (platform.acts_for_platform());
-- An event is resolved once, and nothing else of it ever changes: no other column may be written.
drop policy if exists resolving on platform.security_events;
create policy resolving on platform.security_events for update
  using (platform.acts_for_platform() and resolved_at is null)
  with check (platform.acts_for_platform());

grant select, insert, update (resolved_at, resolved_by) on platform.security_events to cdx_app;

-- migrate:down
drop table if exists platform.security_events;
drop type if exists platform.security_event_severity;
