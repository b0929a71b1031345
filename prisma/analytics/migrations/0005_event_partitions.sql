-- migrate:up
-- Row-level security is forced, so it binds the owner too.
select set_config('app.role', 'system', true);

-- What no partition of a month takes. Nothing is lost: the rows move when their month gets its partition.
create table if not exists analytics.events_default partition of analytics.events default;

-- From when on the events of all months are there: what has been rolled up of earlier ones is not rolled up again.
create table if not exists analytics.event_retention (
  is_only boolean not null primary key default true check (is_only),
  dropped_before timestamptz(3) not null default '-infinity'
);
insert into analytics.event_retention default values on conflict do nothing;

alter table analytics.event_retention enable row level security;
alter table analytics.event_retention force row level security;
drop policy if exists rolling_up on analytics.event_retention;
create policy rolling_up on analytics.event_retention using (analytics.sees_all());

grant select on analytics.event_retention to cdx_app;

-- The product alone keeps the partitions.
create or replace function analytics.require_system() returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('app.role', true) is distinct from 'system' then
    raise exception 'only the product itself keeps the partitions' using errcode = '42501';
  end if;
end $$;
revoke all on function analytics.require_system() from public;

-- Makes the partition of one month and moves the rows there that had none. The table is attached when it is whole,
-- which locks the events for no reader or writer; the default partition is locked, since a row that came into it
-- meanwhile would be in the wrong place. Whoever would wait for that longer than 2 s gives up and tries again later.
create or replace function analytics.make_event_partition(month date) returns boolean
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '2s'
as $$
declare
  partition constant text := format('events_%s', to_char(month::timestamp, 'YYYY_MM'));
  starts constant timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
  ends constant timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC';
begin
  if to_regclass(format('analytics.%I', partition)) is not null then
    return false;
  end if;
  lock table analytics.events_default in access exclusive mode;
  execute format('create table analytics.%I (like analytics.events including all)', partition);
  execute format(
    'with moved as (delete from analytics.events_default where created_at >= $1 and created_at < $2 returning *)
      insert into analytics.%I select * from moved', partition) using starts, ends;
  execute format('alter table analytics.events attach partition analytics.%I for values from (%L) to (%L)',
    partition, starts, ends);
  -- Partitions do not inherit policies: whoever could read one directly would be past those of the table.
  perform analytics.confine_events(format('analytics.%I', partition)::regclass);
  return true;
end $$;
revoke all on function analytics.make_event_partition(date) from public;

-- Makes the partitions of all months from one day's to another's, and those that rows without a partition wait for.
-- Runs as the owner; processes that call it at the same time wait for one another.
create or replace function analytics.make_event_partitions(first_day date, last_day date) returns int
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  month timestamp;
  made int := 0;
begin
  perform analytics.require_system();
  if last_day > first_day + 3660 then
    raise exception 'at most ten years of partitions at once' using errcode = '22003';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('analytics.event_partitions', 0));
  for month in
    select generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, interval '1 month')
    union
    select distinct date_trunc('month', created_at at time zone 'UTC') from analytics.events_default
    order by 1
  loop
    made := made + analytics.make_event_partition(month::date)::int;
  end loop;
  return made;
end $$;
revoke all on function analytics.make_event_partitions(date, date) from public;
grant execute on function analytics.make_event_partitions(date, date) to cdx_app;

-- Drops the partitions of the months before the last `months` whole ones, what is as old in the default partition, and
-- the keys of batches that nobody sends again.
create or replace function analytics.drop_old_events(months int) returns int
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '2s'
as $$
declare
  horizon constant timestamp := date_trunc('month', now() at time zone 'UTC') - make_interval(months => months);
  partition text;
  dropped int := 0;
begin
  perform analytics.require_system();
  if months < 1 then
    raise exception 'at least one month is kept' using errcode = '22003';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('analytics.event_partitions', 0));
  for partition in
    select relname from pg_inherits join pg_class on oid = inhrelid
      where inhparent = 'analytics.events'::regclass and relname ~ '^events_\d{4}_\d{2}$'
        and to_date(right(relname, 7), 'YYYY_MM') < horizon
      order by 1
  loop
    execute format('drop table analytics.%I', partition);
    dropped := dropped + 1;
  end loop;
  delete from analytics.events_default where created_at < horizon at time zone 'UTC';
  if dropped > 0 or found then
    update analytics.event_retention set dropped_before = greatest(dropped_before, horizon at time zone 'UTC');
  end if;
  delete from analytics.event_keys where created_at < now() - interval '30 days';
  return dropped;
end $$;
revoke all on function analytics.drop_old_events(int) from public;
grant execute on function analytics.drop_old_events(int) to cdx_app;

select analytics.confine_events('analytics.events_default');
select analytics.make_event_partitions(now()::date, (now() + interval '3 months')::date);

-- migrate:down
drop function if exists analytics.drop_old_events(int);
drop function if exists analytics.make_event_partitions(date, date);
drop function if exists analytics.make_event_partition(date);
drop function if exists analytics.require_system();
drop table if exists analytics.event_retention;
do $$
declare
  partition text;
begin
  for partition in
    select c.oid::regclass::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = to_regclass('analytics.events') and c.relkind = 'r'
  loop
    execute format('drop table %s', partition);
  end loop;
end $$;
