-- migrate:up
create table if not exists permissions (
  id binary(16) not null primary key,
  `key` varchar(100) collate utf8mb4_bin not null,
  description varchar(500) null,
  unique key permissions_key (`key`)
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists permissions;
