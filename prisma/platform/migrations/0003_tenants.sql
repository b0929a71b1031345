-- migrate:up
-- Whether the caller acts for the platform as a whole: a superadmin, or the product itself.
create or replace function platform.acts_for_platform() returns boolean
  language sql stable
  return current_setting('app.role', true) in ('superadmin', 'system');

revoke all on function platform.acts_for_platform() from public;
grant execute on function platform.acts_for_platform() to cdx_app;

do $$
begin
  create type platform.tenant_environment as enum ('production', 'staging', 'development');
exception
  when duplicate_object then null;
end $$;

do $$
begin
  create type platform.tenant_status as enum ('provisioning', 'active', 'suspended', 'archived');
exception
  when duplicate_object then null;
end $$;

create table if not exists platform.tenants (
  id varchar(50) not null primary key constraint tenants_id_form check (id ~ '^[a-z][a-z0-9_]{0,49}$'),
  client_id varchar(50) not null constraint tenants_client_id_form check (client_id ~ '^[a-z][a-z0-9_]{0,49}$'),
  name varchar(255) not null check (name <> ''),
  environment platform.tenant_environment not null default 'production',
  status platform.tenant_status not null default 'active',
  region varchar(50) constraint tenants_region_form check (region ~ '^[a-z][a-z0-9-]*$'),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', name || ' ' || id), 'A')
    || setweight(to_tsvector('english', client_id || ' ' || coalesce(region, '')), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create index if not exists tenants_client_id on platform.tenants (client_id, name, id);
create index if not exists tenants_name on platform.tenants (name, id);
create index if not exists tenants_environment on platform.tenants (environment, id);
create index if not exists tenants_status on platform.tenants (status, id);
create index if not exists tenants_region on platform.tenants (region, id);
create index if not exists tenants_created_at on platform.tenants (created_at, id);
create index if not exists tenants_updated_at on platform.tenants (updated_at, id);
create index if not exists tenants_settings on platform.tenants using gin (settings jsonb_path_ops);
create index if not exists tenants_search on platform.tenants using gin (search);

create or replace trigger touch_updated_at before update on platform.tenants
  for each row execute function platform.touch_updated_at();

-- The rows of every database say a tenant's id, so it stays; a status follows only from those that it may follow from.
create or replace function platform.check_tenant_change() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if new.id <> old.id then
    raise exception 'the id of tenant % stays', old.id using errcode = '23514';
  end if;
  if new.status <> old.status and (old.status::text, new.status::text) not in (
    ('provisioning', 'active'), ('provisioning', 'archived'),
    ('active', 'suspended'), ('active', 'archived'),
    ('suspended', 'active'), ('suspended', 'archived'),
    ('archived', 'active')
  ) then
    raise exception 'a tenant that is % does not become %', old.status, new.status using errcode = '23514';
  end if;
  return new;
end $$;

revoke all on function platform.check_tenant_change() from public;

create or replace trigger check_change before update on platform.tenants
  for each row execute function platform.check_tenant_change();

-- Only what was never in use can be deleted: other databases hold rows of the rest.
create or replace function platform.check_tenant_deletion() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if old.status <> 'provisioning' then
    raise exception 'tenant % is %, not being provisioned', old.id, old.status using errcode = '23514';
  end if;
  return old;
end $$;

revoke all on function platform.check_tenant_deletion() from public;

create or replace trigger check_deletion before delete on platform.tenants
  for each row execute function platform.check_tenant_deletion();

alter table platform.tenants enable row level security;
alter table platform.tenants force row level security;
drop policy if exists reading on platform.tenants;
create policy reading on platform.tenants for select using (platform.sees_tenant(id));
drop policy if exists writing on platform.tenants;
create policy writing on platform.tenants for all using (platform.acts_for_platform());

grant select, insert, update, delete on platform.tenants to cdx_app;

-- migrate:down
drop table if exists platform.tenants;
drop function if exists platform.check_tenant_change();
drop function if exists platform.check_tenant_deletion();
drop type if exists platform.tenant_status, platform.tenant_environment;
drop function if exists platform.acts_for_platform();
