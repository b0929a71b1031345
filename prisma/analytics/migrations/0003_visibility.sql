-- migrate:up
-- Whether the caller acts for the product or for all tenants.
create or replace function analytics.sees_all() returns boolean
  language sql stable
  return current_setting('app.role', true) in ('superadmin', 'system');

-- Whether the caller may see what belongs to a user of a tenant: admins all of their tenant, others their own.
create or replace function analytics.sees_user(tenant_id text, user_id uuid) returns boolean
  language sql stable
  return current_setting('app.role', true) in ('superadmin', 'system') or (
    tenant_id = nullif(current_setting('app.tenant_id', true), '')
    and (
      current_setting('app.role', true) = 'admin'
      or user_id = nullif(current_setting('app.user_id', true), '')::uuid
    )
  );

revoke all on function analytics.sees_all() from public;
revoke all on function analytics.sees_user(text, uuid) from public;
grant execute on function analytics.sees_all() to cdx_app;
grant execute on function analytics.sees_user(text, uuid) to cdx_app;

-- migrate:down
drop function if exists analytics.sees_user(text, uuid);
drop function if exists analytics.sees_all();
