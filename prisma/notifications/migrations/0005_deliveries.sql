-- migrate:up
do $$
begin
  create type notifications.delivery_status as enum ('queued', 'sent', 'delivered', 'failed');
exception
  when duplicate_object then null;
end $$;

create table if not exists notifications.deliveries (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  user_id uuid not null,
  notification_id uuid not null,
  subscription_id uuid,
  channel notifications.notification_channel not null,
  recipient varchar(2048),
  status notifications.delivery_status not null default 'queued',
  attempts smallint not null default 0 check (attempts >= 0),
  provider_reference varchar(255),
  error varchar(255),
  queued_at timestamptz(3) not null default now(),
  -- While one is under way, the moment at which it counts as lost.
  next_attempt_at timestamptz(3),
  sent_at timestamptz(3),
  failed_at timestamptz(3),
  foreign key (tenant_id, user_id, notification_id)
    references notifications.notifications (tenant_id, user_id, id) on delete cascade,
  foreign key (tenant_id, user_id, subscription_id)
    references notifications.channel_subscriptions (tenant_id, user_id, id) on delete set null (subscription_id),
  constraint deliveries_queued check ((status = 'queued') = (next_attempt_at is not null)),
  constraint deliveries_sent check ((status in ('sent', 'delivered')) = (sent_at is not null)),
  constraint deliveries_failed check (
    (status = 'failed') = (failed_at is not null) and (status <> 'failed' or error is not null)
  ),
  constraint deliveries_recipient check (status = 'failed' or recipient is not null)
);

create index if not exists deliveries_notification on notifications.deliveries (notification_id, queued_at, id);
create index if not exists deliveries_subscription on notifications.deliveries (subscription_id)
  where subscription_id is not null;
create index if not exists deliveries_user on notifications.deliveries (user_id, queued_at, id);
create index if not exists deliveries_queued_at on notifications.deliveries (queued_at, id);
create index if not exists deliveries_tenant_queued on notifications.deliveries (tenant_id, queued_at, id);
create index if not exists deliveries_tenant_status on notifications.deliveries (tenant_id, status, queued_at, id);
create index if not exists deliveries_tenant_channel on notifications.deliveries (tenant_id, channel, queued_at, id);
create index if not exists deliveries_tenant_sent on notifications.deliveries (tenant_id, sent_at, id);
create index if not exists deliveries_tenant_failed on notifications.deliveries (tenant_id, failed_at, id)
  where status = 'failed';
create index if not exists deliveries_failed_at on notifications.deliveries (failed_at, id) where status = 'failed';
create index if not exists deliveries_due on notifications.deliveries (next_attempt_at, id) where status = 'queued';

select notifications.confine_to_recipient('notifications.deliveries');

grant select, insert, update, delete on notifications.deliveries to cdx_app;

-- migrate:down
drop table if exists notifications.deliveries;
drop type if exists notifications.delivery_status;
