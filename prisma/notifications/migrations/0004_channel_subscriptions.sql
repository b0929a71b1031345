-- migrate:up
-- Where a user is reached: an address of e-mail, a telephone, a browser's push subscription with its keys (RFC 8291).
create table if not exists notifications.channel_subscriptions (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  user_id uuid not null,
  channel notifications.notification_channel not null check (channel <> 'in_app'),
  address varchar(2048) not null,
  push_key varchar(255),
  push_auth varchar(255),
  -- Off once its service has said that the address is gone.
  is_active boolean not null default true,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  unique (tenant_id, user_id, channel, address),
  unique (tenant_id, user_id, id),
  constraint channel_subscriptions_keys check (
    num_nonnulls(push_key, push_auth) = case channel when 'push' then 2 else 0 end
  )
);

create index if not exists channel_subscriptions_tenant
  on notifications.channel_subscriptions (tenant_id, created_at, id);
create index if not exists channel_subscriptions_user on notifications.channel_subscriptions (user_id, created_at, id);
create index if not exists channel_subscriptions_created_at on notifications.channel_subscriptions (created_at, id);

create or replace trigger touch_updated_at before update on notifications.channel_subscriptions
  for each row execute function notifications.touch_updated_at();

select notifications.confine_to_recipient('notifications.channel_subscriptions');

grant select, insert, update, delete on notifications.channel_subscriptions to cdx_app;

-- migrate:down
drop table if exists notifications.channel_subscriptions;
