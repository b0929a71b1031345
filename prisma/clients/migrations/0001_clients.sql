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

create extension if not exists vector with schema public;

create schema if not exists clients;
revoke all on schema clients from public;
grant usage on schema clients to cdx_app;

create or replace function clients.touch_updated_at() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  new.updated_at := now();
  return new;
end $$;
revoke all on function clients.touch_updated_at() from public;

-- migrate:down
-- The schema stays: the list of applied migrations lives in it.
drop function if exists clients.touch_updated_at();
revoke usage on schema clients from cdx_app;
