-- migrate:up
do $$
begin
  create type platform.saga_state as enum ('running', 'completed', 'compensating', 'compensated', 'stuck');
exception
  when duplicate_object then null;
end $$;

create table if not exists platform.sagas (
  id uuid not null primary key,
  kind varchar(50) not null constraint sagas_kind_form check (kind ~ '^[a-z][A-Za-z]*$'),
  subject varchar(100) not null check (subject <> ''),
  tenant_id varchar(50),
  requested_by uuid not null,
  input jsonb not null check (jsonb_typeof(input) = 'object'),
  state platform.saga_state not null default 'running',
  steps jsonb not null check (jsonb_typeof(steps) = 'array'),
  error jsonb not null default '{}' check (jsonb_typeof(error) = 'object'),
  -- Counted up whenever somebody takes the saga over: who has an older number writes nothing any more.
  fence int not null default 1,
  lease_until timestamptz(3) not null default now(),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

-- What is done to a tenant or a user is done by one saga after another.
create unique index if not exists sagas_under_way on platform.sagas (subject)
  where state in ('running', 'compensating', 'stuck');
create index if not exists sagas_due on platform.sagas (lease_until) where state in ('running', 'compensating');
create index if not exists sagas_created_at on platform.sagas (created_at, id);
create index if not exists sagas_updated_at on platform.sagas (updated_at, id);
create index if not exists sagas_tenant on platform.sagas (tenant_id, created_at, id);
create index if not exists sagas_state on platform.sagas (state, created_at, id);
create index if not exists sagas_kind on platform.sagas (kind, created_at, id);
create index if not exists sagas_requested_by on platform.sagas (requested_by, created_at, id);

create or replace trigger touch_updated_at before update on platform.sagas
  for each row execute function platform.touch_updated_at();

-- What has ended stays as it is.
create or replace function platform.check_saga_change() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if old.state in ('completed', 'compensated') then
    raise exception 'saga % has ended', old.id using errcode = '23514';
  end if;
  return new;
end $$;

revoke all on function platform.check_saga_change() from public;

create or replace trigger check_change before update on platform.sagas
  for each row execute function platform.check_saga_change();

-- Superadmins look on; the product alone keeps the journal.
alter table platform.sagas enable row level security;
alter table platform.sagas force row level security;
drop policy if exists reading on platform.sagas;
create policy reading on platform.sagas for select using (platform.acts_for_platform());
drop policy if exists journalling on platform.sagas;
create policy journalling on platform.sagas for all using (current_setting('app.role', true) = 'system');

grant select, insert, update (input, state, steps, error, fence, lease_until) on platform.sagas to cdx_app;

-- migrate:down
drop table if exists platform.sagas;
drop function if exists platform.check_saga_change();
drop type if exists platform.saga_state;
