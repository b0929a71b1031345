-- migrate:up
create table if not exists audit_log (
  id binary(16) not null primary key,
  chain varchar(50) collate utf8mb4_bin not null,
  sequence bigint not null,
  tenant_id varchar(50) null,
  actor_id binary(16) null,
  actor_kind enum('user', 'admin', 'service') not null,
  action varchar(255) not null,
  resource_type varchar(255) not null,
  resource_id varchar(255) null,
  `before` json null,
  `after` json null,
  ip_address varchar(45) null,
  user_agent varchar(512) null,
  request_id varchar(255) not null,
  previous_hash char(64) collate utf8mb4_bin not null,
  hash char(64) collate utf8mb4_bin not null,
  created_at timestamp(3) not null,
  unique key audit_log_chain_sequence (chain, sequence),
  key audit_log_created_at (created_at, id),
  key audit_log_tenant (tenant_id, created_at, id),
  key audit_log_actor (actor_id, created_at, id),
  key audit_log_resource (resource_type, resource_id, created_at, id),
  key audit_log_action (action, created_at, id),
  key audit_log_request (request_id),
  constraint audit_log_chain_fk foreign key (chain) references audit_chains (chain),
  constraint audit_log_chain_is_tenant check (chain = coalesce(tenant_id, ''))
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists audit_log;
