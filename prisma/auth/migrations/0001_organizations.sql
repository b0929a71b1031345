-- migrate:up
-- DDL of MySQL and MariaDB is not transactional, so each file makes one thing. Identifiers of tenants are compared byte
-- for byte (utf8mb4_bin): under the default collation 'ACME' would be the tenant 'acme'.
create table if not exists organizations (
  id binary(16) not null primary key,
  name varchar(255) not null,
  slug varchar(100) collate utf8mb4_bin not null,
  tenant_id varchar(50) collate utf8mb4_bin not null,
  settings json not null default (json_object()),
  is_active boolean not null default true,
  created_at timestamp(3) not null default current_timestamp(3),
  updated_at timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  unique key organizations_slug (slug),
  unique key organizations_tenant_id (tenant_id),
  key organizations_name (name),
  key organizations_is_active (is_active),
  key organizations_created_at (created_at),
  key organizations_updated_at (updated_at)
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists organizations;
