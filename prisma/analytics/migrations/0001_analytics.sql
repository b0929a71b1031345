-- migrate:up
-- The role that the application's statements run as: it owns nothing and is bound by row-level security. Roles belong to
-- the whole server, so another domain's migration may have made it, or be making it now.
do $$
begin
  create role cdx_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
exception
  when duplicate_object or unique_violation then null;
end $$;

do $$
begin
  -- From 16 on, who has made a role is a member of it that may not yet become it.
  if not pg_has_role(
    current_user, 'cdx_app',
    case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end
  ) then
    execute format('grant cdx_app to %I', current_user);
  end if;
end $$;

create schema if not exists analytics;
revoke all on schema analytics from public;
grant usage on schema analytics to cdx_app;

create or replace function analytics.touch_updated_at() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  new.updated_at := now();
  return new;
end $$;
revoke all on function analytics.touch_updated_at() from public;

-- Whether the caller may see what belongs to a tenant. `app.*` are set by the application for the transaction; unset they
-- are empty text, which no tenant is.
create or replace function analytics.sees_tenant(tenant_id text) returns boolean
  language sql stable
  return current_setting('app.role', true) in ('superadmin', 'system')
    or tenant_id = nullif(current_setting('app.tenant_id', true), '');

revoke all on function analytics.sees_tenant(text) from public;
grant execute on function analytics.sees_tenant(text) to cdx_app;

-- Confines a table that has a column tenant_id to the rows of the caller's tenant, for reading and writing; a superadmin
-- and the product itself see all: `select analytics.confine_to_tenant('analytics.things');`
create or replace function analytics.confine_to_tenant(confined regclass) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  execute format('alter table %s enable row level security', confined);
  execute format('alter table %s force row level security', confined);
  execute format('drop policy if exists tenant on %s', confined);
  execute format('create policy tenant on %s using (analytics.sees_tenant(tenant_id))', confined);
end $$;
revoke all on function analytics.confine_to_tenant(regclass) from public;

-- migrate:down
-- The schema stays: the list of applied migrations lives in it.
drop function if exists analytics.confine_to_tenant(regclass);
drop function if exists analytics.sees_tenant(text);
drop function if exists analytics.touch_updated_at();
revoke usage on schema analytics from cdx_app;
