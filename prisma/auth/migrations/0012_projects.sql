-- migrate:up
create table if not exists projects (
  id binary(16) not null primary key,
  user_id binary(16) not null,
  name varchar(255) not null,
  description text null,
  status enum('active', 'on_hold', 'completed', 'archived') not null default 'active',
  created_at timestamp(3) not null default current_timestamp(3),
  updated_at timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  key projects_user_created_at (user_id, created_at),
  key projects_user_name (user_id, name),
  key projects_status (status),
  key projects_name (name),
  key projects_created_at (created_at),
  key projects_updated_at (updated_at),
  constraint projects_user_id_fk foreign key (user_id) references users (id) on delete cascade
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists projects;
