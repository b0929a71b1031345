-- migrate:up
-- owner is the tenant, or '' for a built-in role: a unique key would let null tenants have the same name twice.
create table if not exists roles (
  id int not null auto_increment primary key,
  name varchar(100) not null,
  description varchar(500) null,
  permissions json not null default (json_array()),
  tenant_id varchar(50) collate utf8mb4_bin null,
  owner varchar(50) collate utf8mb4_bin generated always as (coalesce(tenant_id, '')) stored,
  created_at timestamp(3) not null default current_timestamp(3),
  unique key roles_name (owner, name),
  key roles_tenant_id (tenant_id),
  key roles_by_name (name),
  key roles_created_at (created_at)
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists roles;
