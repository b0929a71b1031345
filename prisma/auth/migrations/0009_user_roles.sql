-- migrate:up
create table if not exists user_roles (
  user_id binary(16) not null,
  role_id int not null,
  granted_by binary(16) null,
  granted_at timestamp(3) not null default current_timestamp(3),
  expires_at timestamp(3) null default null,
  primary key (user_id, role_id),
  key user_roles_role_id (role_id),
  key user_roles_granted_by (granted_by),
  key user_roles_expires_at (expires_at),
  constraint user_roles_user_id_fk foreign key (user_id) references users (id) on delete cascade,
  constraint user_roles_role_id_fk foreign key (role_id) references roles (id) on delete cascade,
  constraint user_roles_granted_by_fk foreign key (granted_by) references users (id) on delete set null
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists user_roles;
