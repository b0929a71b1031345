-- migrate:up
-- The heads of the chains of the audit log. A writer locks its chain's row until it commits, so that entries follow one
-- another; the log's own trigger moves the head.
create table if not exists platform.audit_chains (
  chain varchar(50) not null primary key,
  sequence bigint not null default 0,
  hash char(64) not null default repeat('0', 64)
);

-- Postgres lets a row be locked by those who may update a column of it: this one never changes.
grant select, insert (chain), update (chain) on platform.audit_chains to cdx_app;

-- A chain's name is a tenant's id, so it is for those who write to it: the tenant's people, and who acts across tenants.
alter table platform.audit_chains enable row level security;
alter table platform.audit_chains force row level security;
drop policy if exists writers on platform.audit_chains;
create policy writers on platform.audit_chains using (
  current_setting('app.role', true) in ('superadmin', 'system')
  or (current_setting('app.role', true) <> '' and chain in ('', current_setting('app.tenant_id', true)))
);

do $$
begin
  create type platform.audit_actor_kind as enum ('user', 'admin', 'service');
exception
  when duplicate_object then null;
end $$;

-- By month, so that a month that is old can be kept elsewhere. Every unique key of a partitioned table has the time in
-- it; that a place in a chain is taken once is seen to by the trigger that moves the chain's head.
create table if not exists platform.audit_log (
  id uuid not null,
  chain varchar(50) not null references platform.audit_chains (chain),
  sequence bigint not null,
  tenant_id varchar(50),
  actor_id uuid,
  actor_kind platform.audit_actor_kind not null,
  action varchar(255) not null,
  resource_type varchar(255) not null,
  resource_id varchar(255),
  before jsonb,
  after jsonb,
  ip_address varchar(45),
  user_agent varchar(512),
  request_id varchar(255) not null,
  previous_hash char(64) not null,
  hash char(64) not null,
  created_at timestamptz(3) not null,
  primary key (id, created_at),
  unique (chain, sequence, created_at),
  check (chain = coalesce(tenant_id, ''))
) partition by range (created_at);

create index if not exists audit_log_created_at on platform.audit_log (created_at, id);
create index if not exists audit_log_tenant on platform.audit_log (tenant_id, created_at, id);
create index if not exists audit_log_actor on platform.audit_log (actor_id, created_at, id);
create index if not exists audit_log_resource on platform.audit_log (resource_type, resource_id, created_at, id);
create index if not exists audit_log_action on platform.audit_log (action, created_at, id);
create index if not exists audit_log_request on platform.audit_log (request_id);

-- Nobody changes what has been written, not even the owner of the table.
create or replace function platform.refuse_audit_change() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  raise exception 'the audit log is only ever added to' using errcode = '42501';
end $$;

revoke all on function platform.refuse_audit_change() from public;

create or replace trigger append_only before update or delete or truncate on platform.audit_log
  for each statement execute function platform.refuse_audit_change();

-- Moves the head of the entry's chain. Runs as the owner: the application itself cannot move a head.
create or replace function platform.move_audit_head() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  update platform.audit_chains c set sequence = new.sequence, hash = new.hash
    where c.chain = new.chain and c.sequence = new.sequence - 1 and c.hash = new.previous_hash;
  if not found then
    raise exception 'entry % does not follow the head of its chain', new.sequence using errcode = '40001';
  end if;
  return null;
end $$;

revoke all on function platform.move_audit_head() from public;

create or replace trigger move_head after insert on platform.audit_log
  for each row execute function platform.move_audit_head();

alter table platform.audit_log enable row level security;
alter table platform.audit_log force row level security;
drop policy if exists reader on platform.audit_log;
create policy reader on platform.audit_log for select using (
  current_setting('app.role', true) in ('superadmin', 'system')
  or current_setting('app.role', true) = 'admin' and tenant_id = nullif(current_setting('app.tenant_id', true), '')
);
-- An entry names its writer, and lies in the writer's tenant or in none.
drop policy if exists writer on platform.audit_log;
create policy writer on platform.audit_log for insert with check (
  actor_id is not distinct from nullif(current_setting('app.user_id', true), '')::uuid
  and (
    tenant_id is null
    or tenant_id = nullif(current_setting('app.tenant_id', true), '')
    or current_setting('app.role', true) in ('superadmin', 'system')
  )
);

grant select, insert on platform.audit_log to cdx_app;

-- Gives a partition the walls of the whole, which hold only for who goes by the whole.
create or replace function platform.wall_audit_partition(walled regclass) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  execute format('alter table %s enable row level security', walled);
  execute format('alter table %s force row level security', walled);
  execute format('drop policy if exists reader on %s', walled);
  execute format(
    'create policy reader on %s for select using (
      platform.sees_tenant(tenant_id) and current_setting(''app.role'', true) in (''superadmin'', ''system'', ''admin'')
    )', walled
  );
  execute format(
    'create or replace trigger append_only before update or delete or truncate on %s
      for each statement execute function platform.refuse_audit_change()', walled
  );
  execute format('grant select on %s to cdx_app', walled);
end $$;

revoke all on function platform.wall_audit_partition(regclass) from public;

-- Makes the partitions of this month and the twelve that follow, where they are missing; answers how many were. An entry
-- of a month that has none goes to the default one and stays there, and so does the rest of its month. It runs as its
-- owner, since only an owner makes partitions, and for the product itself alone.
create or replace function platform.make_audit_partitions() returns int
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  month timestamp;
  starts timestamptz;
  ends timestamptz;
  made int := 0;
begin
  if current_setting('app.role', true) is distinct from 'system' then
    raise exception 'partitions are made by the product itself' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('platform.audit_log', 0));
  for month in
    select generate_series(this, this + interval '12 months', interval '1 month')
    from date_trunc('month', now() at time zone 'UTC') this
  loop
    starts := month at time zone 'UTC';
    ends := (month + interval '1 month') at time zone 'UTC';
    if to_regclass('platform.audit_log_' || to_char(month, 'YYYY_MM')) is null
      and not exists (select from platform.audit_log_default d where d.created_at >= starts and d.created_at < ends)
    then
      execute format(
        'create table platform.%1$I partition of platform.audit_log for values from (%2$L) to (%3$L)',
        'audit_log_' || to_char(month, 'YYYY_MM'), starts, ends
      );
      perform platform.wall_audit_partition(('platform.audit_log_' || to_char(month, 'YYYY_MM'))::regclass);
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;

revoke all on function platform.make_audit_partitions() from public;
grant execute on function platform.make_audit_partitions() to cdx_app;

create table if not exists platform.audit_log_default partition of platform.audit_log default;
select platform.wall_audit_partition('platform.audit_log_default');
select platform.make_audit_partitions() from set_config('app.role', 'system', true);

-- migrate:down
drop function if exists platform.make_audit_partitions();
drop function if exists platform.wall_audit_partition(regclass);
drop table if exists platform.audit_log;
drop table if exists platform.audit_chains;
drop function if exists platform.refuse_audit_change();
drop function if exists platform.move_audit_head();
drop type if exists platform.audit_actor_kind;
