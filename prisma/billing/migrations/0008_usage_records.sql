-- migrate:up
create table if not exists billing.usage_records (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  subscription_id uuid not null,
  metric varchar(100) not null,
  quantity numeric(12, 4) not null constraint usage_records_quantity check (quantity >= 0),
  unit_price numeric(12, 4) not null constraint usage_records_unit_price check (unit_price >= 0),
  period_start timestamptz(3) not null,
  period_end timestamptz(3) not null,
  invoice_id uuid,
  recorded_at timestamptz(3) not null default now(),
  constraint usage_records_period check (period_end >= period_start),
  constraint usage_records_subscription foreign key (tenant_id, subscription_id)
    references billing.subscriptions (tenant_id, id),
  constraint usage_records_invoice foreign key (tenant_id, invoice_id) references billing.invoices (tenant_id, id)
);

create index if not exists usage_records_tenant on billing.usage_records (tenant_id, recorded_at, id);
create index if not exists usage_records_subscription on billing.usage_records (subscription_id, period_start, id);
create index if not exists usage_records_invoice on billing.usage_records (invoice_id, id) where invoice_id is not null;
create index if not exists usage_records_metric on billing.usage_records (metric, id);
create index if not exists usage_records_period_start on billing.usage_records (period_start, id);
create index if not exists usage_records_period_end on billing.usage_records (period_end, id);
create index if not exists usage_records_recorded_at on billing.usage_records (recorded_at, id);
-- What the next invoice of a subscription is made of.
create index if not exists usage_records_unbilled on billing.usage_records (subscription_id, period_end)
  where invoice_id is null;

-- What has been billed stays as it is.
create or replace function billing.keep_usage() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if old.invoice_id is not null then
    raise exception 'usage that has been billed stays as it is' using errcode = '23514';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
revoke all on function billing.keep_usage() from public;

create or replace trigger keep_usage before update or delete on billing.usage_records
  for each row execute function billing.keep_usage();

alter table billing.usage_records enable row level security;
alter table billing.usage_records force row level security;
drop policy if exists reading on billing.usage_records;
create policy reading on billing.usage_records for select using (billing.sees_tenant(tenant_id));
drop policy if exists writing on billing.usage_records;
create policy writing on billing.usage_records for all
  using (current_setting('app.role', true) in ('superadmin', 'system'));

-- A record says what was used, so nothing of it changes but the invoice that it is on.
grant select, insert, update (invoice_id), delete on billing.usage_records to cdx_app;

-- migrate:down
drop table if exists billing.usage_records;
drop function if exists billing.keep_usage();
