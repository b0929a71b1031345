-- migrate:up
-- The heads of the chains of the audit log. A writer locks its chain's row until it commits, so that entries follow one
-- another; the log's own trigger moves the head.
create table if not exists billing.audit_chains (
  chain varchar(50) not null primary key,
  sequence bigint not null default 0,
  hash char(64) not null default repeat('0', 64)
);

-- Postgres lets a row be locked by those who may update a column of it: this one never changes.
grant select, insert (chain), update (chain) on billing.audit_chains to cdx_app;

-- A chain's name is a tenant's id, so it is for those who write to it: the tenant's people, and who acts across tenants.
alter table billing.audit_chains enable row level security;
alter table billing.audit_chains force row level security;
drop policy if exists writers on billing.audit_chains;
create policy writers on billing.audit_chains using (
  current_setting('app.role', true) in ('superadmin', 'system')
  or (current_setting('app.role', true) <> '' and chain in ('', current_setting('app.tenant_id', true)))
);

do $$
begin
  create type billing.audit_actor_kind as enum ('user', 'admin', 'service');
exception
  when duplicate_object then null;
end $$;

create table if not exists billing.audit_log (
  id uuid not null primary key,
  chain varchar(50) not null references billing.audit_chains (chain),
  sequence bigint not null,
  tenant_id varchar(50),
  actor_id uuid,
  actor_kind billing.audit_actor_kind not null,
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
  unique (chain, sequence),
  check (chain = coalesce(tenant_id, ''))
);

create index if not exists audit_log_created_at on billing.audit_log (created_at, id);
create index if not exists audit_log_tenant on billing.audit_log (tenant_id, created_at, id);
create index if not exists audit_log_actor on billing.audit_log (actor_id, created_at, id);
create index if not exists audit_log_resource on billing.audit_log (resource_type, resource_id, created_at, id);
create index if not exists audit_log_action on billing.audit_log (action, created_at, id);
create index if not exists audit_log_request on billing.audit_log (request_id);

-- Nobody changes what has been written, not even the owner of the table.
create or replace function billing.refuse_audit_change() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  raise exception 'the audit log is only ever added to' using errcode = '42501';
end $$;

revoke all on function billing.refuse_audit_change() from public;

create or replace trigger append_only before update or delete or truncate on billing.audit_log
  for each statement execute function billing.refuse_audit_change();

-- Moves the head of the entry's chain. Runs as the owner: the application itself cannot move a head.
create or replace function billing.move_audit_head() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  update billing.audit_chains c set sequence = new.sequence, hash = new.hash
    where c.chain = new.chain and c.sequence = new.sequence - 1 and c.hash = new.previous_hash;
  if not found then
    raise exception 'entry % does not follow the head of its chain', new.sequence using errcode = '40001';
  end if;
  return null;
end $$;

revoke all on function billing.move_audit_head() from public;

create or replace trigger move_head after insert on billing.audit_log
  for each row execute function billing.move_audit_head();

alter table billing.audit_log enable row level security;
alter table billing.audit_log force row level security;
drop policy if exists reader on billing.audit_log;
create policy reader on billing.audit_log for select using (
  current_setting('app.role', true) in ('superadmin', 'system')
  or current_setting('app.role', true) = 'admin' and tenant_id = nullif(current_setting('app.tenant_id', true), '')
);
-- An entry names its writer, and lies in the writer's tenant or in none.
drop policy if exists writer on billing.audit_log;
create policy writer on billing.audit_log for insert with check (
  actor_id is not distinct from nullif(current_setting('app.user_id', true), '')::uuid
  and (
    tenant_id is null
    or tenant_id = nullif(current_setting('app.tenant_id', true), '')
    or current_setting('app.role', true) in ('superadmin', 'system')
  )
);

grant select, insert on billing.audit_log to cdx_app;

-- migrate:down
drop table if exists billing.audit_log;
drop table if exists billing.audit_chains;
drop function if exists billing.refuse_audit_change();
drop function if exists billing.move_audit_head();
drop type if exists billing.audit_actor_kind;
