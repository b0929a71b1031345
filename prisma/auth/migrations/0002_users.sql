-- migrate:up
-- E-mail addresses are kept in lower case and compared byte for byte: a look-alike (é for e) is another address.
-- Tenant admins and clients act for a tenant, so they must have one.
create table if not exists users (
  id binary(16) not null primary key,
  organization_id binary(16) null,
  tenant_id varchar(50) collate utf8mb4_bin null,
  email varchar(255) collate utf8mb4_bin not null,
  password_hash varchar(255) collate utf8mb4_bin not null,
  name varchar(255) not null,
  role enum('superadmin', 'admin', 'client', 'user') not null default 'user',
  crm_user_id int null,
  is_active boolean not null default true,
  email_verified boolean not null default false,
  last_login timestamp(3) null default null,
  last_activity timestamp(3) null default null,
  created_at timestamp(3) not null default current_timestamp(3),
  updated_at timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  unique key users_email (email),
  unique key users_crm_user_id (crm_user_id),
  key users_organization_id (organization_id),
  key users_tenant_created_at (tenant_id, created_at),
  key users_tenant_name (tenant_id, name),
  key users_tenant_email (tenant_id, email),
  key users_tenant_last_login (tenant_id, last_login),
  key users_tenant_last_activity (tenant_id, last_activity),
  key users_name (name),
  key users_role (role),
  key users_is_active (is_active),
  key users_email_verified (email_verified),
  key users_last_login (last_login),
  key users_last_activity (last_activity),
  key users_created_at (created_at),
  key users_updated_at (updated_at),
  constraint users_organization_id_fk foreign key (organization_id) references organizations (id) on delete set null,
  constraint users_email_lower_case check (email = lower(email)),
  constraint users_of_a_tenant check (role not in ('admin', 'client') or tenant_id is not null)
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists users;
