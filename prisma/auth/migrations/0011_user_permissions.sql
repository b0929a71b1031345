-- migrate:up
create table if not exists user_permissions (
  user_id binary(16) not null,
  permission_id binary(16) not null,
  granted_by binary(16) null,
  granted_at timestamp(3) not null default current_timestamp(3),
  primary key (user_id, permission_id),
  key user_permissions_permission_id (permission_id),
  key user_permissions_granted_by (granted_by),
  constraint user_permissions_user_id_fk foreign key (user_id) references users (id) on delete cascade,
  constraint user_permissions_permission_id_fk foreign key (permission_id) references permissions (id)
    on delete cascade,
  constraint user_permissions_granted_by_fk foreign key (granted_by) references users (id) on delete set null
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists user_permissions;
