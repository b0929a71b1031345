-- migrate:up
create table if not exists sessions (
  id binary(16) not null primary key,
  user_id binary(16) not null,
  token_hash char(64) collate utf8mb4_bin not null,
  workspace_id binary(16) null,
  expires_at timestamp(3) not null,
  ip_address varchar(45) null,
  user_agent varchar(512) null,
  is_active boolean not null default true,
  created_at timestamp(3) not null default current_timestamp(3),
  unique key sessions_token_hash (token_hash),
  key sessions_user_created_at (user_id, created_at),
  key sessions_user_active (user_id, is_active, expires_at),
  key sessions_workspace_id (workspace_id),
  key sessions_expires_at (expires_at),
  key sessions_created_at (created_at),
  constraint sessions_user_id_fk foreign key (user_id) references users (id) on delete cascade
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists sessions;
