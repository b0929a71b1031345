-- migrate:up
create table if not exists clients.clients_info (
  client_id varchar(50) not null primary key
    constraint clients_info_client_id_form check (client_id ~ '^[a-z][a-z0-9_]{0,49}$'),
  tenant_id varchar(50) not null,
  name varchar(255) not null,
  status clients.client_status not null default 'provisioning',
  tier varchar(50) not null default 'free',
  owner_user_id uuid not null,
  contact_email varchar(255),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  schema_name varchar(57) not null generated always as ('client_' || client_id) stored unique,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create index if not exists clients_info_tenant_id on clients.clients_info (tenant_id, name, client_id);
create index if not exists clients_info_owner on clients.clients_info (owner_user_id, name, client_id);
create index if not exists clients_info_name on clients.clients_info (name, client_id);
create index if not exists clients_info_tier on clients.clients_info (tier, client_id);
create index if not exists clients_info_status on clients.clients_info (status, client_id);
create index if not exists clients_info_created_at on clients.clients_info (created_at, client_id);
create index if not exists clients_info_updated_at on clients.clients_info (updated_at, client_id);

create or replace trigger touch_updated_at before update on clients.clients_info
  for each row execute function clients.touch_updated_at();

-- Whether the caller may see what belongs to a tenant: the one rule behind every policy and function of this database.
-- `app.*` are set by the application for the transaction; unset they are empty text, which no tenant is.
create or replace function clients.sees_tenant(tenant_id text) returns boolean
  language sql stable
  return current_setting('app.role', true) in ('superadmin', 'system')
    or tenant_id = nullif(current_setting('app.tenant_id', true), '');

revoke all on function clients.sees_tenant(text) from public;
grant execute on function clients.sees_tenant(text) to cdx_app;

alter table clients.clients_info enable row level security;
alter table clients.clients_info force row level security;
drop policy if exists tenant on clients.clients_info;
create policy tenant on clients.clients_info using (clients.sees_tenant(tenant_id));

grant select, insert, update, delete on clients.clients_info to cdx_app;

-- migrate:down
drop table if exists clients.clients_info;
drop function if exists clients.sees_tenant(text);
