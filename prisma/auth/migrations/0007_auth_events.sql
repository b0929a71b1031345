-- migrate:up
-- email_hash lets a lock-out count the failures of an address that belongs to no user.
create table if not exists auth_events (
  id binary(16) not null primary key,
  user_id binary(16) null,
  event_type enum(
    'login', 'logout', 'failed_login', 'token_refresh', 'token_reuse', 'password_reset', 'password_change',
    'email_verified', 'role_granted', 'role_revoked'
  ) not null,
  ip_address varchar(45) null,
  user_agent varchar(512) null,
  metadata json not null default (json_object()),
  email_hash char(64) collate utf8mb4_bin
    generated always as (json_unquote(json_extract(metadata, '$.emailHash'))) stored,
  created_at timestamp(3) not null default current_timestamp(3),
  key auth_events_user_created_at (user_id, created_at),
  key auth_events_type_created_at (event_type, created_at),
  key auth_events_email_hash (email_hash, created_at),
  key auth_events_ip_address (ip_address, created_at),
  key auth_events_created_at (created_at),
  constraint auth_events_user_id_fk foreign key (user_id) references users (id) on delete set null
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists auth_events;
