-- migrate:up
create table if not exists user_preferences (
  user_id binary(16) not null primary key,
  theme varchar(32) not null default 'light',
  timezone varchar(64) not null default 'UTC',
  notification_settings json not null default (json_object()),
  ui_preferences json not null default (json_object()),
  ai_settings json not null default (json_object()),
  updated_at timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  constraint user_preferences_user_id_fk foreign key (user_id) references users (id) on delete cascade
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists user_preferences;
