-- migrate:up
create table if not exists platform.system_config (
  key varchar(200) not null primary key
    constraint system_config_key_form check (key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'),
  value jsonb not null check (jsonb_typeof(value) <> 'null'),
  description text,
  updated_by uuid,
  updated_at timestamptz(3) not null default now()
);

create index if not exists system_config_updated_by on platform.system_config (updated_by);
create index if not exists system_config_updated_at on platform.system_config (updated_at, key);

create or replace trigger touch_updated_at before update on platform.system_config
  for each row execute function platform.touch_updated_at();

-- Whoever reads a value counts on its type.
create or replace function platform.check_config_change() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if new.key <> old.key or jsonb_typeof(new.value) <> jsonb_typeof(old.value) then
    raise exception 'the key and the type of % stay', old.key using errcode = '23514';
  end if;
  return new;
end $$;

revoke all on function platform.check_config_change() from public;

create or replace trigger check_change before update on platform.system_config
  for each row execute function platform.check_config_change();

alter table platform.system_config enable row level security;
alter table platform.system_config force row level security;
drop policy if exists platform on platform.system_config;
create policy platform on platform.system_config using (platform.acts_for_platform());

grant select, insert, update, delete on platform.system_config to cdx_app;

-- migrate:down
drop table if exists platform.system_config;
drop function if exists platform.check_config_change();
