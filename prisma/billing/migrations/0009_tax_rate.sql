-- migrate:up
-- In percent of what an invoice charges less its credit; the invoices of a subscription are issued with it.
alter table billing.subscriptions add column if not exists tax_rate numeric(7, 4) not null default 0
  constraint subscriptions_tax_rate check (tax_rate between 0 and 100);

-- migrate:down
alter table billing.subscriptions drop column if exists tax_rate;
