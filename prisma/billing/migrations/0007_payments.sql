-- migrate:up
do $$
begin
  create type billing.payment_status as enum ('pending', 'succeeded', 'failed', 'refunded');
exception
  when duplicate_object then null;
end $$;

create table if not exists billing.payments (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  invoice_id uuid not null,
  amount numeric(12, 2) not null constraint payments_amount check (amount > 0),
  currency char(3) not null,
  method varchar(50) not null,
  status billing.payment_status not null default 'pending',
  provider varchar(100) not null,
  provider_reference varchar(255) constraint payments_provider_reference unique,
  failure_reason varchar(1000),
  idempotency_key varchar(200),
  request_hash char(64),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint payments_idempotency_key unique (tenant_id, idempotency_key),
  constraint payments_invoice foreign key (tenant_id, invoice_id, currency)
    references billing.invoices (tenant_id, id, currency),
  constraint payments_request check ((idempotency_key is null) = (request_hash is null)),
  constraint payments_failure check ((status = 'failed') = (failure_reason is not null))
);

create index if not exists payments_tenant on billing.payments (tenant_id, created_at, id);
create index if not exists payments_invoice on billing.payments (invoice_id, created_at, id);
create index if not exists payments_status on billing.payments (status, id);
create index if not exists payments_amount on billing.payments (amount, id);
create index if not exists payments_method on billing.payments (method, id);
create index if not exists payments_provider on billing.payments (provider, id);
create index if not exists payments_created_at on billing.payments (created_at, id);

create or replace trigger touch_updated_at before update on billing.payments
  for each row execute function billing.touch_updated_at();

-- A payment is of an open invoice, goes from pending to succeeded or failed and from succeeded to refunded, and what is
-- paid or on its way is never more than the invoice's total. The invoice's row is held, so that of two payments at once
-- the second sees the first.
create or replace function billing.keep_payment() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  invoice record;
  others numeric;
begin
  if tg_op = 'UPDATE' then
    if (new.tenant_id, new.invoice_id, new.amount, new.currency, new.idempotency_key, new.request_hash)
        is distinct from (old.tenant_id, old.invoice_id, old.amount, old.currency, old.idempotency_key, old.request_hash)
    then
      raise exception 'what a payment is of stays as it is' using errcode = '23514';
    end if;
    if new.status <> old.status and (old.status, new.status) not in (
      ('pending', 'succeeded'), ('pending', 'failed'), ('succeeded', 'refunded')
    ) then
      raise exception 'a payment does not go from % to %', old.status, new.status using errcode = '23514';
    end if;
    if new.status not in ('pending', 'succeeded') or new.status = old.status then
      return new;
    end if;
  elsif current_user <> 'cdx_app' then
    -- The owner, who is not the application, may bring the payments of invoices that were issued elsewhere.
    return new;
  end if;
  select status, total into invoice from billing.invoices where id = new.invoice_id for update;
  if invoice.status is distinct from 'open' then
    raise exception 'only an open invoice is paid' using errcode = '23514';
  end if;
  select coalesce(sum(amount), 0) into others from billing.payments
    where invoice_id = new.invoice_id and id <> new.id and status in ('pending', 'succeeded');
  if new.status in ('pending', 'succeeded') and others + new.amount > invoice.total then
    raise exception 'a payment is of no more than what is due' using errcode = '23514';
  end if;
  return new;
end $$;
revoke all on function billing.keep_payment() from public;

create or replace trigger keep_payment before insert or update on billing.payments
  for each row execute function billing.keep_payment();

-- An invoice is paid when its payments cover it, and given up when none is on its way.
create or replace function billing.settle_invoice() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  paid numeric;
  pending bigint;
begin
  select coalesce(sum(amount) filter (where status = 'succeeded'), 0), count(*) filter (where status = 'pending')
    into paid, pending from billing.payments where invoice_id = new.id;
  if new.status = 'paid' and paid < new.total then
    raise exception 'an invoice is paid when its payments cover it' using errcode = '23514';
  end if;
  if new.status in ('void', 'uncollectible') and (pending > 0 or new.status = 'void' and paid > 0) then
    raise exception 'an invoice with payments is not given up' using errcode = '23514';
  end if;
  return new;
end $$;
revoke all on function billing.settle_invoice() from public;

create or replace trigger settle_invoice before update on billing.invoices
  for each row when (old.status = 'open' and new.status <> 'open') execute function billing.settle_invoice();

alter table billing.payments enable row level security;
alter table billing.payments force row level security;
drop policy if exists reading on billing.payments;
create policy reading on billing.payments for select using (billing.sees_tenant(tenant_id));
drop policy if exists writing on billing.payments;
create policy writing on billing.payments for all
  using (current_setting('app.role', true) in ('superadmin', 'system'));

grant select, insert, update on billing.payments to cdx_app;

-- migrate:down
drop trigger if exists settle_invoice on billing.invoices;
drop function if exists billing.settle_invoice();
drop table if exists billing.payments;
drop function if exists billing.keep_payment();
drop type if exists billing.payment_status;
