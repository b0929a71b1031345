-- migrate:up
-- The key has the time in it because Postgres asks for the partition's column in every unique index of a partitioned
-- table; ids alone are unique too, since they are made by chance or from the key of `event_keys`.
create table if not exists analytics.events (
  id uuid not null,
  tenant_id varchar(50) not null,
  user_id uuid,
  session_id varchar(100),
  event_name varchar(100) not null constraint events_name_form check (event_name ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$'),
  event_data jsonb not null default '{}' constraint events_data_form
    check (jsonb_typeof(event_data) = 'object' and octet_length(event_data::text) <= 16384),
  page_url varchar(2048),
  page_title varchar(500),
  referrer varchar(2048),
  ip_address inet,
  user_agent varchar(512),
  country char(2) constraint events_country_form check (country ~ '^[A-Z]{2}$'),
  city varchar(100),
  device_type varchar(50),
  browser varchar(100),
  os varchar(100),
  created_at timestamptz(3) not null default now(),
  primary key (id, created_at)
) partition by range (created_at);

create index if not exists events_tenant on analytics.events (tenant_id, created_at, id);
create index if not exists events_name on analytics.events (event_name, tenant_id, created_at);
create index if not exists events_created_at on analytics.events (created_at, id);
create index if not exists events_user on analytics.events (user_id, created_at, id) where user_id is not null;
create index if not exists events_session on analytics.events (session_id, created_at, id) where session_id is not null;
create index if not exists events_country on analytics.events (country, created_at, id) where country is not null;
create index if not exists events_device on analytics.events (device_type, created_at, id)
  where device_type is not null;

-- Confines the events, or a partition of them, to who may see them: superadmins all, admins their tenant's, others their
-- own. Who asks is looked up once for a statement, in subqueries; looked up for each row, it would be taken for a filter
-- that hardly any row passes, and pages would be sorted where an index has their order.
create or replace function analytics.confine_events(confined regclass) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  visible constant text := $visible$
    (select analytics.sees_all())
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
      and (
        (select current_setting('app.role', true) = 'admin')
        or user_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
      )$visible$;
begin
  execute format('alter table %s enable row level security', confined);
  execute format('alter table %s force row level security', confined);
  execute format('drop policy if exists reading on %s', confined);
  execute format('create policy reading on %s for select using (%s)', confined, visible);
  execute format('drop policy if exists tracking on %s', confined);
  execute format('create policy tracking on %s for insert with check (%s)', confined, visible);
  -- What the product moves from one partition to another it deletes where it was.
  execute format('drop policy if exists moving on %s', confined);
  execute format('create policy moving on %s for delete using (%s)', confined,
    $moving$current_setting('app.role', true) = 'system'$moving$);
end $$;
revoke all on function analytics.confine_events(regclass) from public;

-- An event is told once: the application has no right to change or delete one.
select analytics.confine_events('analytics.events');

grant select, insert on analytics.events to cdx_app;

-- The batches of events that came with an idempotency key: whoever sends one again finds its key here.
create table if not exists analytics.event_keys (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  created_at timestamptz(3) not null default now()
);

create index if not exists event_keys_tenant on analytics.event_keys (tenant_id);
create index if not exists event_keys_created_at on analytics.event_keys (created_at);

alter table analytics.event_keys enable row level security;
alter table analytics.event_keys force row level security;
drop policy if exists tenant on analytics.event_keys;
create policy tenant on analytics.event_keys using (analytics.sees_tenant(tenant_id));

grant select, insert on analytics.event_keys to cdx_app;

-- migrate:down
drop table if exists analytics.event_keys;
drop table if exists analytics.events;
drop function if exists analytics.confine_events(regclass);
