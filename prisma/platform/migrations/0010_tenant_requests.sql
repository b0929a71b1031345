-- migrate:up
-- The request that has made a tenant, so that it is known when it comes again, and taken back by nobody else.
alter table platform.tenants add column if not exists request_id uuid;

-- migrate:down
alter table platform.tenants drop column if exists request_id;
