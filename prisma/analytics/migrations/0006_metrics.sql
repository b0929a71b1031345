-- migrate:up
do $$
begin
  create type analytics.metric_granularity as enum ('hour', 'day', 'week', 'month');
exception
  when duplicate_object then null;
end $$;

create table if not exists analytics.metrics (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  metric_name varchar(150) not null,
  metric_value decimal(12, 4) not null,
  dimensions jsonb not null default '{}' check (jsonb_typeof(dimensions) = 'object'),
  period_start timestamptz(3) not null,
  period_end timestamptz(3) not null,
  granularity analytics.metric_granularity not null,
  created_at timestamptz(3) not null default now(),
  constraint metrics_period check (period_end > period_start),
  unique (tenant_id, metric_name, period_start, granularity)
);

create index if not exists metrics_tenant on analytics.metrics (tenant_id, period_start, id);
create index if not exists metrics_period_start on analytics.metrics (period_start, id);
create index if not exists metrics_name on analytics.metrics (metric_name, granularity, period_start);
create index if not exists metrics_granularity on analytics.metrics (granularity, period_start, tenant_id);

-- The id of a metric follows from what it is of, so that rolling up again makes the same rows: a UUID of version 7
-- (RFC 9562) with the period's start as its time, and a digest in place of chance.
create or replace function analytics.metric_id(
  tenant_id text, metric_name text, period_start timestamptz, granularity analytics.metric_granularity
) returns uuid
  language sql stable
  return (
    lpad(to_hex((extract(epoch from period_start) * 1000)::bigint), 12, '0')
    || overlay(overlay(
      left(md5(concat_ws('/', tenant_id, metric_name, granularity)), 20) placing '7' from 1 for 1
    ) placing '8' from 5 for 1)
  )::uuid;
revoke all on function analytics.metric_id(text, text, timestamptz, analytics.metric_granularity) from public;
grant execute on function analytics.metric_id(text, text, timestamptz, analytics.metric_granularity) to cdx_app;

-- A tenant's metrics are read by all its people and written by roll-ups. Who asks is looked up once for a statement.
alter table analytics.metrics enable row level security;
alter table analytics.metrics force row level security;
drop policy if exists reading on analytics.metrics;
create policy reading on analytics.metrics for select using (
  (select analytics.sees_all()) or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
);
drop policy if exists rolling_up on analytics.metrics;
create policy rolling_up on analytics.metrics using ((select analytics.sees_all()));

grant select, insert, update, delete on analytics.metrics to cdx_app;

-- migrate:down
drop table if exists analytics.metrics;
drop function if exists analytics.metric_id(text, text, timestamptz, analytics.metric_granularity);
drop type if exists analytics.metric_granularity;
