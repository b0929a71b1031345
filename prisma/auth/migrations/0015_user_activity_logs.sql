-- migrate:up
create table if not exists user_activity_logs (
  id binary(16) not null primary key,
  user_id binary(16) not null,
  action varchar(100) not null,
  resource_type varchar(100) null,
  resource_id varchar(64) null,
  metadata json not null default (json_object()),
  ip_address varchar(45) null,
  created_at timestamp(3) not null default current_timestamp(3),
  key user_activity_logs_user_created_at (user_id, created_at),
  key user_activity_logs_action (action, created_at),
  key user_activity_logs_resource (resource_type, resource_id),
  key user_activity_logs_created_at (created_at),
  constraint user_activity_logs_user_id_fk foreign key (user_id) references users (id) on delete cascade
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists user_activity_logs;
