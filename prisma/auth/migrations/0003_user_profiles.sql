-- migrate:up
create table if not exists user_profiles (
  user_id binary(16) not null primary key,
  full_name varchar(255) null,
  avatar_url varchar(2048) null,
  bio text null,
  company varchar(255) null,
  job_title varchar(255) null,
  phone varchar(32) null,
  locale varchar(35) not null default 'en',
  created_at timestamp(3) not null default current_timestamp(3),
  updated_at timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  key user_profiles_company (company),
  constraint user_profiles_user_id_fk foreign key (user_id) references users (id) on delete cascade
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists user_profiles;
