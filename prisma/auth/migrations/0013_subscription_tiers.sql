-- migrate:up
create table if not exists subscription_tiers (
  id binary(16) not null primary key,
  name varchar(50) not null,
  price decimal(12, 2) not null,
  currency char(3) not null default 'USD',
  limits json not null default (json_object()),
  features json not null default (json_array()),
  sort_order int not null default 0,
  unique key subscription_tiers_name (name),
  key subscription_tiers_price (price),
  key subscription_tiers_sort_order (sort_order),
  constraint subscription_tiers_price_not_negative check (price >= 0)
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists subscription_tiers;
