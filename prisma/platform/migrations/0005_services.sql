-- migrate:up
do $$
begin
  create type platform.service_status as enum ('up', 'degraded', 'down');
exception
  when duplicate_object then null;
end $$;

-- heartbeat_seconds is the longest silence of a service that reports heartbeats; one without it reports none, and its
-- status is what it was last said to be.
create table if not exists platform.services (
  id uuid not null primary key,
  name varchar(100) not null unique check (name ~ '^[a-z][a-z0-9-]*$'),
  kind varchar(50) not null check (kind <> ''),
  url varchar(2048),
  version varchar(100),
  status platform.service_status not null default 'down',
  last_heartbeat timestamptz(3),
  heartbeat_seconds int check (heartbeat_seconds between 1 and 86400),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', name), 'A')
    || setweight(to_tsvector('english', kind || ' ' || coalesce(version, '')), 'C')
  ) stored
);

create index if not exists services_kind on platform.services (kind, id);
create index if not exists services_status on platform.services (status, id);
create index if not exists services_last_heartbeat on platform.services (last_heartbeat, id);
create index if not exists services_metadata on platform.services using gin (metadata jsonb_path_ops);
create index if not exists services_search on platform.services using gin (search);

alter table platform.services enable row level security;
alter table platform.services force row level security;
drop policy if exists platform on platform.services;
create policy platform on platform.services using (platform.acts_for_platform());

grant select, insert, update, delete on platform.services to cdx_app;

-- The services as they are at this moment: one that has been silent for too long is down, whatever it said last.
create or replace view platform.services_now with (security_invoker = true) as
  select id, name, kind, url, version,
    case
      when heartbeat_seconds is not null
        and coalesce(last_heartbeat < now() - make_interval(secs => heartbeat_seconds), true)
      then 'down'
      else status
    end as status,
    last_heartbeat, heartbeat_seconds, metadata, search
  from platform.services;

grant select on platform.services_now to cdx_app;

-- migrate:down
drop view if exists platform.services_now;
drop table if exists platform.services;
drop type if exists platform.service_status;
