-- migrate:up
do $$
begin
  create type billing.plan_interval as enum ('month', 'year');
exception
  when duplicate_object then null;
end $$;

create table if not exists billing.plans (
  id uuid not null primary key,
  name varchar(255) not null,
  description text,
  amount numeric(12, 2) not null constraint plans_amount check (amount >= 0),
  currency char(3) not null constraint plans_currency check (currency ~ '^[A-Z]{3}$'),
  "interval" billing.plan_interval not null,
  interval_count int not null default 1 constraint plans_interval_count check (interval_count between 1 and 120),
  trial_period_days int not null default 0 constraint plans_trial check (trial_period_days between 0 and 730),
  features jsonb not null default '[]' check (jsonb_typeof(features) = 'array'),
  is_active boolean not null default true,
  search tsvector not null generated always as (
    setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', coalesce(description, '')), 'B')
  ) stored,
  created_at timestamptz(3) not null default now()
);

create index if not exists plans_name on billing.plans (name, id);
create index if not exists plans_amount on billing.plans (amount, id);
create index if not exists plans_currency on billing.plans (currency, id);
create index if not exists plans_interval on billing.plans ("interval", id);
create index if not exists plans_created_at on billing.plans (created_at, id);
create index if not exists plans_active on billing.plans (name, id) where is_active;
create index if not exists plans_search on billing.plans using gin (search);

-- Plans are everybody's to read and the superadmin's to write.
alter table billing.plans enable row level security;
alter table billing.plans force row level security;
drop policy if exists reading on billing.plans;
create policy reading on billing.plans for select using (current_setting('app.role', true) not in ('', 'anonymous'));
drop policy if exists writing on billing.plans;
create policy writing on billing.plans for all using (current_setting('app.role', true) in ('superadmin', 'system'));

grant select, insert, update, delete on billing.plans to cdx_app;

-- migrate:down
drop table if exists billing.plans;
drop type if exists billing.plan_interval;
