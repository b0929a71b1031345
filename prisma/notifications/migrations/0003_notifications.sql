-- migrate:up
-- Confines a table with the columns tenant_id and user_id to what the caller's tenant has for the caller; admins see all
-- of their tenant: `select notifications.confine_to_recipient('notifications.things');` Who asks is looked up once for a
-- statement, in subqueries; looked up for each row, it would be taken for a filter that hardly any row passes, and pages
-- would be sorted where an index has their order.
create or replace function notifications.confine_to_recipient(confined regclass) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  visible constant text := $visible$
    (select current_setting('app.role', true) in ('superadmin', 'system'))
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
      and (
        (select current_setting('app.role', true) = 'admin')
        or user_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
      )$visible$;
begin
  execute format('alter table %s enable row level security', confined);
  execute format('alter table %s force row level security', confined);
  execute format('drop policy if exists recipient on %s', confined);
  execute format('create policy recipient on %s using (%s)', confined, visible);
end $$;
revoke all on function notifications.confine_to_recipient(regclass) from public;

do $$
begin
  create type notifications.notification_type as enum ('info', 'success', 'warning', 'error');
exception
  when duplicate_object then null;
end $$;

do $$
begin
  create type notifications.notification_channel as enum ('in_app', 'email', 'push', 'sms');
exception
  when duplicate_object then null;
end $$;

create table if not exists notifications.notifications (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  user_id uuid not null,
  title varchar(255) not null,
  message text not null,
  type notifications.notification_type not null default 'info',
  channel notifications.notification_channel not null default 'in_app',
  read boolean not null default false,
  read_at timestamptz(3),
  action_url varchar(2048),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  task_id uuid,
  project_id uuid,
  search tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', message), 'B')
  ) stored,
  created_at timestamptz(3) not null default now(),
  -- What deliveries refer to, so that none names another user's or another tenant's notification.
  unique (tenant_id, user_id, id),
  constraint notifications_read check (read = (read_at is not null))
);

create index if not exists notifications_created_at on notifications.notifications (created_at, id);
create index if not exists notifications_tenant_created on notifications.notifications (tenant_id, created_at, id);
create index if not exists notifications_tenant_type on notifications.notifications (tenant_id, type, created_at, id);
create index if not exists notifications_tenant_channel on notifications.notifications (tenant_id, channel, created_at, id);
create index if not exists notifications_user on notifications.notifications (user_id, created_at, id);
create index if not exists notifications_unread on notifications.notifications (tenant_id, user_id, created_at, id)
  where not read;
create index if not exists notifications_task on notifications.notifications (task_id, created_at, id)
  where task_id is not null;
create index if not exists notifications_project on notifications.notifications (project_id, created_at, id)
  where project_id is not null;
create index if not exists notifications_metadata on notifications.notifications using gin (metadata jsonb_path_ops);
create index if not exists notifications_search on notifications.notifications using gin (search);

select notifications.confine_to_recipient('notifications.notifications');

grant select, insert, update, delete on notifications.notifications to cdx_app;

-- migrate:down
drop table if exists notifications.notifications;
drop type if exists notifications.notification_channel;
drop type if exists notifications.notification_type;
drop function if exists notifications.confine_to_recipient(regclass);
