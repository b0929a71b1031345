-- migrate:up
do $$
begin
  create type platform.platform_admin_level as enum ('owner', 'superadmin', 'support');
exception
  when duplicate_object then null;
end $$;

-- Who answers for the platform. What they may do follows from the role of their account.
create table if not exists platform.platform_admins (
  user_id uuid not null primary key,
  level platform.platform_admin_level not null,
  granted_by uuid,
  granted_at timestamptz(3) not null default now()
);

create index if not exists platform_admins_level on platform.platform_admins (level, user_id);
create index if not exists platform_admins_granted_by on platform.platform_admins (granted_by);
create index if not exists platform_admins_granted_at on platform.platform_admins (granted_at, user_id);

-- Once there is an owner, one stays. Two who take each other's place away wait for one another here.
create or replace function platform.keep_an_owner() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('platform.platform_admins', 0));
  if not exists (select from platform.platform_admins a where a.level = 'owner') then
    raise exception 'the platform keeps an owner' using errcode = '23514';
  end if;
  return null;
end $$;

revoke all on function platform.keep_an_owner() from public;

create or replace trigger keep_an_owner after update or delete on platform.platform_admins
  for each row when (old.level = 'owner') execute function platform.keep_an_owner();

alter table platform.platform_admins enable row level security;
alter table platform.platform_admins force row level security;
drop policy if exists platform on platform.platform_admins;
create policy platform on platform.platform_admins using (platform.acts_for_platform());

grant select, insert, update, delete on platform.platform_admins to cdx_app;

-- migrate:down
drop table if exists platform.platform_admins;
drop function if exists platform.keep_an_owner();
drop type if exists platform.platform_admin_level;
