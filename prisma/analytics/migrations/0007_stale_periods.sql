-- migrate:up
-- The periods whose metrics are out of date. Every batch of events adds a row for each hour that it falls into, and
-- never looks for one that is there: a row shared by two writers could be taken by a roll-up that sees the events of
-- one of them only. So whoever does not see an event yet does not see its row either, and leaves it.
create table if not exists analytics.stale_periods (
  id bigint generated always as identity primary key,
  tenant_id varchar(50) not null,
  granularity analytics.metric_granularity not null,
  period_start timestamptz(3) not null,
  since timestamptz(3) not null default now()
);

create index if not exists stale_periods_start on analytics.stale_periods (granularity, period_start, tenant_id);
create index if not exists stale_periods_tenant on analytics.stale_periods (tenant_id);

alter table analytics.stale_periods enable row level security;
alter table analytics.stale_periods force row level security;
drop policy if exists tracking on analytics.stale_periods;
create policy tracking on analytics.stale_periods for insert with check (analytics.sees_tenant(tenant_id));
drop policy if exists rolling_up on analytics.stale_periods;
create policy rolling_up on analytics.stale_periods using (analytics.sees_all());

grant select, insert, delete on analytics.stale_periods to cdx_app;

create or replace function analytics.mark_stale_hours() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into analytics.stale_periods (tenant_id, granularity, period_start)
    select distinct tenant_id, 'hour'::analytics.metric_granularity, date_trunc('hour', created_at, 'UTC') from added;
  return null;
end $$;
revoke all on function analytics.mark_stale_hours() from public;

create or replace trigger mark_stale_hours after insert on analytics.events
  referencing new table as added for each statement execute function analytics.mark_stale_hours();

-- migrate:down
drop trigger if exists mark_stale_hours on analytics.events;
drop function if exists analytics.mark_stale_hours();
drop table if exists analytics.stale_periods;
