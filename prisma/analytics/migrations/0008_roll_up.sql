-- migrate:up
-- Counts the metrics of the earliest periods of one kind that have been out of date since a moment or longer, of one
-- tenant or of all. Answers how many periods of tenants it has counted; null when none was out of date. Whoever calls it
-- sees to it that nobody else does at the same time.
--
-- A call counts the periods of a month or less, so it reads the partitions of one month or two. One statement takes the
-- marks, reads the events and writes the metrics, all by one snapshot: a mark that it takes is of events that it sees,
-- and an event that is committed later has a mark that is left for the next time. What is 0 has no row. Periods with
-- events that have been dropped stay as they are.
create or replace function analytics.roll_up_batch(
  kind analytics.metric_granularity, only_tenant text, stale_since timestamptz
) returns int
  language plpgsql
  set search_path = pg_catalog, pg_temp
  -- Nothing is known of the sizes of what the statement computes on its way. Taken for a row each, they would be joined
  -- by looking through the one for each row of the other.
  set enable_nestloop = off
as $$
declare
  length constant interval := ('1 ' || kind)::interval;
  span constant interval := case kind when 'hour' then '28 days' when 'day' then '28 days' when 'week' then '35 days' else '1 month' end;
  starts constant timestamptz := (
    select min(period_start) from analytics.stale_periods
    where granularity = kind and (only_tenant is null or tenant_id = only_tenant) and since <= stale_since
  );
  ends constant timestamptz := (starts at time zone 'UTC' + span) at time zone 'UTC';
  periods int;
begin
  if starts is null then
    return null;
  end if;
  with due as (
    select distinct tenant_id, period_start from analytics.stale_periods
    where granularity = kind and (only_tenant is null or tenant_id = only_tenant) and since <= stale_since
      and period_start < ends
  ), taken as (
    delete from analytics.stale_periods m using due d
    where m.granularity = kind and m.tenant_id = d.tenant_id and m.period_start = d.period_start
    returning m.tenant_id, m.period_start, m.since
  ), stale as materialized (
    select tenant_id, period_start, (period_start at time zone 'UTC' + length) at time zone 'UTC' as period_end,
      min(since) as since
    from taken
    where period_start >= (select dropped_before from analytics.event_retention)
    group by tenant_id, period_start
  ), coarser as (
    -- The days, weeks and months that hours lie in are out of date for as long as these.
    insert into analytics.stale_periods (tenant_id, granularity, period_start, since)
    select s.tenant_id, g.granularity, date_trunc(g.granularity::text, s.period_start, 'UTC'), min(s.since)
    from stale s
    cross join unnest(enum_range(null::analytics.metric_granularity)) g(granularity)
    where kind = 'hour' and g.granularity <> 'hour'
    group by 1, 2, 3
  ), counted as materialized (
    select s.tenant_id, s.period_start, s.period_end, e.event_name, e.user_id, e.session_id, e.device_type, e.country
    from analytics.events e
    join stale s on s.tenant_id = e.tenant_id and s.period_start = date_trunc(kind::text, e.created_at, 'UTC')
    where e.created_at >= starts and e.created_at < ends
  ), figures as (
    -- Of each name of events, and of all of them under the empty name.
    select tenant_id, period_start, period_end, coalesce(event_name, '') as event_name,
      count(*) as events, count(distinct user_id) as users, count(distinct session_id) as sessions
    from counted
    group by grouping sets ((tenant_id, period_start, period_end, event_name), (tenant_id, period_start, period_end))
  ), parts as (
    select c.tenant_id, c.period_start, coalesce(c.event_name, '') as event_name, d.dimension, d.value,
      count(*) as events
    from counted c cross join lateral (values ('device', c.device_type), ('country', c.country)) d(dimension, value)
    where d.value is not null
    group by grouping sets (
      (c.tenant_id, c.period_start, c.event_name, d.dimension, d.value),
      (c.tenant_id, c.period_start, d.dimension, d.value)
    )
  ), parts_by_dimension as (
    select tenant_id, period_start, event_name, dimension, jsonb_object_agg(value, events) as parts
    from parts group by tenant_id, period_start, event_name, dimension
  ), breakdowns as (
    select tenant_id, period_start, event_name, jsonb_object_agg(dimension, parts) as dimensions
    from parts_by_dimension group by tenant_id, period_start, event_name
  ), rolled as materialized (
    -- The greatest value of the column stands for all that is greater too.
    select f.tenant_id, f.period_start, f.period_end, concat_ws('.', m.figure, nullif(f.event_name, '')) as metric_name,
      least(m.value, 99999999.9999) as metric_value,
      case when m.figure = 'events' then coalesce(b.dimensions, '{}') else '{}' end as dimensions
    from figures f
    left join breakdowns b using (tenant_id, period_start, event_name)
    cross join lateral (values ('events', f.events), ('users', f.users), ('sessions', f.sessions)) m(figure, value)
    where m.value > 0
  ), gone as (
    delete from analytics.metrics m using stale s
    where m.granularity = kind and m.period_start >= starts and m.period_start < ends and m.tenant_id = s.tenant_id and m.period_start = s.period_start
      and not exists (
        select from rolled r
        where r.tenant_id = m.tenant_id and r.period_start = m.period_start and r.metric_name = m.metric_name
      )
  ), written as (
    insert into analytics.metrics as m
      (id, tenant_id, metric_name, metric_value, dimensions, period_start, period_end, granularity)
    select analytics.metric_id(r.tenant_id, r.metric_name, r.period_start, kind),
      r.tenant_id, r.metric_name, r.metric_value, r.dimensions, r.period_start, r.period_end, kind
    from rolled r
    on conflict (tenant_id, metric_name, period_start, granularity) do update
      set metric_value = excluded.metric_value, dimensions = excluded.dimensions
      where (m.metric_value, m.dimensions) is distinct from (excluded.metric_value, excluded.dimensions)
  )
  select count(*) into periods from stale;
  return periods;
end $$;

revoke all on function analytics.roll_up_batch(analytics.metric_granularity, text, timestamptz) from public;
grant execute on function analytics.roll_up_batch(analytics.metric_granularity, text, timestamptz) to cdx_app;

-- migrate:down
drop function if exists analytics.roll_up_batch(analytics.metric_granularity, text, timestamptz);
