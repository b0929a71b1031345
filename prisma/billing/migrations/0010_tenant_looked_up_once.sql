-- migrate:up
-- Who asks is looked up once for a statement, in subqueries, as in notifications. Looked up for each row it costs more than
-- the row, keeps the server from reading with several processes, and is taken for a filter that hardly any row passes, so
-- that a page is sorted where an index has its order. Measured on Postgres 15 with 300,000 invoices of 100 tenants, in
-- milliseconds before and now: a count for a tenant 92 and 37, a page of all that a tenant has 0.55 and 0.17.
create or replace function billing.confine_to_tenant(confined regclass) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  visible constant text := $visible$
    (select current_setting('app.role', true) in ('superadmin', 'system'))
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))$visible$;
begin
  execute format('alter table %s enable row level security', confined);
  execute format('alter table %s force row level security', confined);
  execute format('drop policy if exists tenant on %s', confined);
  execute format('create policy tenant on %s using (%s)', confined, visible);
end $$;

alter policy reading on billing.subscriptions using (
  (select current_setting('app.role', true) in ('superadmin', 'system'))
  or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
);
alter policy writing on billing.subscriptions using ((select current_setting('app.role', true) in ('superadmin', 'system')));
alter policy reading on billing.invoices using (
  (select current_setting('app.role', true) in ('superadmin', 'system'))
  or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
);
alter policy writing on billing.invoices using ((select current_setting('app.role', true) in ('superadmin', 'system')));
alter policy reading on billing.payments using (
  (select current_setting('app.role', true) in ('superadmin', 'system'))
  or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
);
alter policy writing on billing.payments using ((select current_setting('app.role', true) in ('superadmin', 'system')));
alter policy reading on billing.usage_records using (
  (select current_setting('app.role', true) in ('superadmin', 'system'))
  or tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
);
alter policy writing on billing.usage_records using ((select current_setting('app.role', true) in ('superadmin', 'system')));

-- migrate:down
create or replace function billing.confine_to_tenant(confined regclass) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  execute format('alter table %s enable row level security', confined);
  execute format('alter table %s force row level security', confined);
  execute format('drop policy if exists tenant on %s', confined);
  execute format('create policy tenant on %s using (billing.sees_tenant(tenant_id))', confined);
end $$;

alter policy reading on billing.subscriptions using (billing.sees_tenant(tenant_id));
alter policy writing on billing.subscriptions using (current_setting('app.role', true) in ('superadmin', 'system'));
alter policy reading on billing.invoices using (billing.sees_tenant(tenant_id));
alter policy writing on billing.invoices using (current_setting('app.role', true) in ('superadmin', 'system'));
alter policy reading on billing.payments using (billing.sees_tenant(tenant_id));
alter policy writing on billing.payments using (current_setting('app.role', true) in ('superadmin', 'system'));
alter policy reading on billing.usage_records using (billing.sees_tenant(tenant_id));
alter policy writing on billing.usage_records using (current_setting('app.role', true) in ('superadmin', 'system'));
