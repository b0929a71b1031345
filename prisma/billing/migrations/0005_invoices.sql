-- migrate:up
do $$
begin
  create type billing.invoice_status as enum ('draft', 'open', 'paid', 'void', 'uncollectible');
exception
  when duplicate_object then null;
end $$;

create table if not exists billing.invoices (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  subscription_id uuid,
  customer_id uuid not null,
  invoice_number varchar(64) constraint invoices_number unique,
  status billing.invoice_status not null default 'draft',
  lines jsonb not null check (jsonb_typeof(lines) = 'array'),
  subtotal numeric(12, 2) not null,
  tax_amount numeric(12, 2) not null default 0,
  discount_amount numeric(12, 2) not null default 0,
  total numeric(12, 2) not null,
  currency char(3) not null constraint invoices_currency check (currency ~ '^[A-Z]{3}$'),
  period_start timestamptz(3),
  period_end timestamptz(3),
  due_date timestamptz(3),
  paid_at timestamptz(3),
  payment_method varchar(50),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  search tsvector not null generated always as (
    setweight(to_tsvector('simple', replace(coalesce(invoice_number, ''), '-', ' ')), 'A')
    || setweight(to_tsvector('simple', replace(customer_id::text, '-', ' ')), 'A')
    || setweight(to_tsvector('simple', jsonb_path_query_array(lines, '$[*].description')), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  -- What refers to an invoice names its tenant, and a payment its currency.
  constraint invoices_of_tenant unique (tenant_id, id),
  constraint invoices_of_currency unique (tenant_id, id, currency),
  constraint invoices_subscription foreign key (tenant_id, subscription_id, customer_id)
    references billing.subscriptions (tenant_id, id, customer_id),
  constraint invoices_amounts check (subtotal >= 0 and tax_amount >= 0 and discount_amount >= 0 and total >= 0),
  constraint invoices_total check (total = subtotal + tax_amount - discount_amount),
  constraint invoices_period check (
    (period_start is null) = (period_end is null) and period_end > period_start
    and (period_start is null or subscription_id is not null)
  ),
  constraint invoices_once_a_period unique (subscription_id, period_start),
  constraint invoices_numbered check ((status = 'draft') = (invoice_number is null)),
  constraint invoices_due check (status = 'draft' or due_date is not null),
  constraint invoices_paid check ((status = 'paid') = (paid_at is not null))
);

create index if not exists invoices_tenant on billing.invoices (tenant_id, created_at, id);
create index if not exists invoices_subscription on billing.invoices (subscription_id, created_at, id);
create index if not exists invoices_customer on billing.invoices (customer_id, created_at, id);
create index if not exists invoices_status on billing.invoices (status, id);
create index if not exists invoices_currency on billing.invoices (currency, id);
create index if not exists invoices_total on billing.invoices (total, id);
create index if not exists invoices_due_date on billing.invoices (due_date, id);
create index if not exists invoices_paid_at on billing.invoices (paid_at, id);
create index if not exists invoices_created_at on billing.invoices (created_at, id);
-- What the figures of a tenant are made of, and who is late.
create index if not exists invoices_open on billing.invoices (tenant_id, due_date) where status = 'open';
create index if not exists invoices_late on billing.invoices (due_date, subscription_id) where status = 'open';
create index if not exists invoices_settled on billing.invoices (tenant_id, paid_at) where status = 'paid';
create index if not exists invoices_search on billing.invoices using gin (search);

create or replace trigger touch_updated_at before update on billing.invoices
  for each row execute function billing.touch_updated_at();

-- draft → open → paid, void or uncollectible, and nothing else. What an open invoice asks for stays as it is, and one
-- that has been settled is never touched again.
create or replace function billing.keep_invoice() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if tg_op = 'DELETE' then
    if old.status <> 'draft' then
      raise exception 'only a draft is deleted: numbers have no gaps' using errcode = '23514';
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    -- The owner, who is not the application, may bring invoices that were issued elsewhere.
    if current_user = 'cdx_app' and (new.status not in ('draft', 'open') or new.invoice_number is not null) then
      raise exception 'an invoice begins as a draft or open, and gets its number by itself' using errcode = '23514';
    end if;
    return new;
  end if;
  if old.status not in ('draft', 'open') then
    raise exception 'an invoice that is % stays as it is', old.status using errcode = '23514';
  end if;
  if new.status not in ('draft', 'open') and old.status = 'draft' or new.status = 'draft' and old.status = 'open' then
    raise exception 'an invoice does not go from % to %', old.status, new.status using errcode = '23514';
  end if;
  if (new.tenant_id, new.invoice_number) is distinct from (old.tenant_id, old.invoice_number) then
    raise exception 'an invoice keeps its tenant and its number' using errcode = '23514';
  end if;
  if old.status = 'open' and
    (new.subtotal, new.tax_amount, new.discount_amount, new.total, new.currency, new.customer_id,
      new.subscription_id, new.period_start, new.period_end, new.lines)
    is distinct from
    (old.subtotal, old.tax_amount, old.discount_amount, old.total, old.currency, old.customer_id,
      old.subscription_id, old.period_start, old.period_end, old.lines)
  then
    raise exception 'what an open invoice asks for stays as it is' using errcode = '23514';
  end if;
  return new;
end $$;
revoke all on function billing.keep_invoice() from public;

create or replace trigger keep_invoice before insert or update or delete on billing.invoices
  for each row execute function billing.keep_invoice();

alter table billing.invoices enable row level security;
alter table billing.invoices force row level security;
drop policy if exists reading on billing.invoices;
create policy reading on billing.invoices for select using (billing.sees_tenant(tenant_id));
drop policy if exists writing on billing.invoices;
create policy writing on billing.invoices for all
  using (current_setting('app.role', true) in ('superadmin', 'system'));

grant select, insert, update, delete on billing.invoices to cdx_app;

-- migrate:down
drop table if exists billing.invoices;
drop function if exists billing.keep_invoice();
drop type if exists billing.invoice_status;
