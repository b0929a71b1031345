-- migrate:up
-- The last number of each tenant. Whoever opens an invoice holds the tenant's row until the transaction ends, so numbers
-- follow one another without a gap: one that is rolled back gives its number back. The application has no right to the
-- table; the trigger alone moves the numbers.
create table if not exists billing.invoice_numbers (
  tenant_id varchar(50) not null primary key,
  last_number bigint not null check (last_number > 0)
);

alter table billing.invoice_numbers enable row level security;
alter table billing.invoice_numbers force row level security;
drop policy if exists numbering on billing.invoice_numbers;
create policy numbering on billing.invoice_numbers
  using (current_setting('app.role', true) in ('superadmin', 'system'));

-- `<tenant>-<number>`: what follows the last hyphen is digits, so no two tenants have a number in common.
create or replace function billing.number_invoice() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  number bigint;
begin
  insert into billing.invoice_numbers as n (tenant_id, last_number) values (new.tenant_id, 1)
    on conflict (tenant_id) do update set last_number = n.last_number + 1
    returning last_number into number;
  new.invoice_number := new.tenant_id || '-' || lpad(number::text, greatest(6, length(number::text)), '0');
  return new;
end $$;
revoke all on function billing.number_invoice() from public;

-- After `keep_invoice`, which has refused a number of the caller's: triggers fire in the order of their names.
create or replace trigger number_invoice before insert or update on billing.invoices
  for each row when (new.status = 'open' and new.invoice_number is null) execute function billing.number_invoice();

-- migrate:down
drop trigger if exists number_invoice on billing.invoices;
drop function if exists billing.number_invoice();
drop table if exists billing.invoice_numbers;
