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

-- An event is told once: the application has no right to change or delete one. What the product itself moves from one
-- partition to another it deletes where it was.
alter table analytics.events enable row level security;
alter table analytics.events force row level security;
drop policy if exists reading on analytics.events;
create policy reading on analytics.events for select using (analytics.sees_user(tenant_id, user_id));
drop policy if exists tracking on analytics.events;
create policy tracking on analytics.events for insert with check (analytics.sees_user(tenant_id, user_id));

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
