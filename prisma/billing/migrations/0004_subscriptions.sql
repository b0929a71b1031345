-- migrate:up
do $$
begin
  create type billing.subscription_status as enum ('trialing', 'active', 'past_due', 'cancelled');
exception
  when duplicate_object then null;
end $$;

create table if not exists billing.subscriptions (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  customer_id uuid not null,
  plan_id uuid not null references billing.plans (id),
  status billing.subscription_status not null,
  trial_start timestamptz(3),
  trial_end timestamptz(3),
  billing_anchor timestamptz(3) not null,
  current_period_start timestamptz(3) not null,
  current_period_end timestamptz(3) not null,
  cancel_at_period_end boolean not null default false,
  cancelled_at timestamptz(3),
  cancel_reason varchar(1000),
  credits jsonb not null default '[]' check (jsonb_typeof(credits) = 'array'),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  search tsvector not null generated always as (
    setweight(to_tsvector('simple', replace(customer_id::text, '-', ' ')), 'A')
    || setweight(to_tsvector('simple', coalesce(cancel_reason, '')), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  -- What refers to a subscription names its tenant, and an invoice its customer, so that no two of them get mixed.
  constraint subscriptions_of_tenant unique (tenant_id, id),
  constraint subscriptions_of_customer unique (tenant_id, id, customer_id),
  constraint subscriptions_period check (current_period_end > current_period_start),
  constraint subscriptions_trial check ((trial_start is null) = (trial_end is null) and trial_end > trial_start),
  constraint subscriptions_trialing check (status <> 'trialing' or trial_end is not null),
  constraint subscriptions_cancelled check ((status = 'cancelled') = (cancelled_at is not null)),
  constraint subscriptions_cancel_reason check (
    cancel_reason is null or cancel_at_period_end or status = 'cancelled'
  )
);

create index if not exists subscriptions_tenant on billing.subscriptions (tenant_id, created_at, id);
create index if not exists subscriptions_customer on billing.subscriptions (customer_id, created_at, id);
create index if not exists subscriptions_plan on billing.subscriptions (plan_id, created_at, id);
create index if not exists subscriptions_status on billing.subscriptions (status, id);
create index if not exists subscriptions_created_at on billing.subscriptions (created_at, id);
create index if not exists subscriptions_updated_at on billing.subscriptions (updated_at, id);
create index if not exists subscriptions_period_start on billing.subscriptions (current_period_start, id);
create index if not exists subscriptions_period_end on billing.subscriptions (current_period_end, id);
create index if not exists subscriptions_trial_end on billing.subscriptions (trial_end, id) where trial_end is not null;
create index if not exists subscriptions_cancelled_at on billing.subscriptions (cancelled_at, id)
  where cancelled_at is not null;
create index if not exists subscriptions_ending on billing.subscriptions (current_period_end, id)
  where cancel_at_period_end;
-- What the renewal looks for, and what the figures of a tenant are made of.
create index if not exists subscriptions_due on billing.subscriptions (current_period_end, id)
  where status <> 'cancelled';
create index if not exists subscriptions_live on billing.subscriptions (tenant_id, plan_id, status)
  where status <> 'cancelled';
create index if not exists subscriptions_search on billing.subscriptions using gin (search);

create or replace trigger touch_updated_at before update on billing.subscriptions
  for each row execute function billing.touch_updated_at();

-- What has been cancelled stays so: a customer who comes back subscribes again.
create or replace function billing.keep_subscription() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if (new.tenant_id, new.customer_id) is distinct from (old.tenant_id, old.customer_id) then
    raise exception 'a subscription stays its customer''s' using errcode = '23514';
  end if;
  if old.status = 'cancelled' and new.status <> 'cancelled' then
    raise exception 'a cancelled subscription does not come back' using errcode = '23514';
  end if;
  return new;
end $$;
revoke all on function billing.keep_subscription() from public;

create or replace trigger keep_subscription before update on billing.subscriptions
  for each row execute function billing.keep_subscription();

-- A plan's price is what its subscribers have agreed to, so it stays as it is once there is one. Whoever subscribes
-- holds the plan's row (`for share`), and a change of the price waits for them before it looks here.
create or replace function billing.keep_price() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if (new.amount, new.currency, new."interval", new.interval_count)
      is distinct from (old.amount, old.currency, old."interval", old.interval_count)
    and exists (select from billing.subscriptions where plan_id = old.id)
  then
    raise exception 'the price of a plan that has subscribers stays' using errcode = '23514';
  end if;
  return new;
end $$;
revoke all on function billing.keep_price() from public;

create or replace trigger keep_price before update on billing.plans
  for each row execute function billing.keep_price();

alter table billing.subscriptions enable row level security;
alter table billing.subscriptions force row level security;
drop policy if exists reading on billing.subscriptions;
create policy reading on billing.subscriptions for select using (billing.sees_tenant(tenant_id));
drop policy if exists writing on billing.subscriptions;
create policy writing on billing.subscriptions for all
  using (current_setting('app.role', true) in ('superadmin', 'system'));

grant select, insert, update on billing.subscriptions to cdx_app;

-- migrate:down
drop trigger if exists keep_price on billing.plans;
drop function if exists billing.keep_price();
drop table if exists billing.subscriptions;
drop function if exists billing.keep_subscription();
drop type if exists billing.subscription_status;
