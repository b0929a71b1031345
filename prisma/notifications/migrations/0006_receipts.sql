-- migrate:up
-- Receipts name a delivery by what its service has called it.
create index if not exists deliveries_reference on notifications.deliveries (provider_reference)
  where provider_reference is not null;

-- migrate:down
drop index if exists notifications.deliveries_reference;
