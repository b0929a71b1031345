-- migrate:up
create table if not exists subscriptions (
  id binary(16) not null primary key,
  user_id binary(16) not null,
  tier_id binary(16) not null,
  status enum('active', 'cancelled', 'expired') not null default 'active',
  started_at timestamp(3) not null default current_timestamp(3),
  expires_at timestamp(3) null default null,
  cancelled_at timestamp(3) null default null,
  created_at timestamp(3) not null default current_timestamp(3),
  key subscriptions_user_status (user_id, status, started_at),
  key subscriptions_tier_id (tier_id),
  key subscriptions_status (status, expires_at),
  key subscriptions_started_at (started_at),
  key subscriptions_expires_at (expires_at),
  key subscriptions_created_at (created_at),
  constraint subscriptions_user_id_fk foreign key (user_id) references users (id) on delete cascade,
  constraint subscriptions_tier_id_fk foreign key (tier_id) references subscription_tiers (id)
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists subscriptions;
