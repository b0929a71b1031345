-- migrate:up
-- replaced_by has no foreign key: the clean-up deletes an expired successor and its expired predecessor in any order.
create table if not exists auth_tokens (
  id binary(16) not null primary key,
  user_id binary(16) not null,
  family_id binary(16) not null,
  token_hash char(64) collate utf8mb4_bin not null,
  expires_at timestamp(3) not null,
  revoked_at timestamp(3) null default null,
  replaced_by binary(16) null,
  ip_address varchar(45) null,
  user_agent varchar(512) null,
  created_at timestamp(3) not null default current_timestamp(3),
  unique key auth_tokens_token_hash (token_hash),
  key auth_tokens_user_created_at (user_id, created_at),
  key auth_tokens_family_id (family_id),
  key auth_tokens_replaced_by (replaced_by),
  key auth_tokens_expires_at (expires_at),
  constraint auth_tokens_user_id_fk foreign key (user_id) references users (id) on delete cascade
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists auth_tokens;
