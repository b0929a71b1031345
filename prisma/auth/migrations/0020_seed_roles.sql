-- migrate:up
-- The permissions are those of the access matrix, access/src/matrix.ts; a test holds the two together.
insert into roles (name, description, permissions)
values
  (
    'superadmin', 'Sees and manages every tenant',
    json_array(
      'auth:read', 'auth:write', 'clients:read', 'clients:write', 'templates:read', 'templates:write',
      'platform:read', 'platform:write', 'crm:read', 'crm:write', 'cms:read', 'cms:write', 'billing:read',
      'billing:write', 'analytics:read', 'analytics:write', 'notifications:read', 'notifications:write',
      'engines:read', 'engines:write', 'workspaces:read', 'workspaces:write', 'integrations:read',
      'integrations:write', 'knowledge:read', 'knowledge:write', 'work:read', 'work:write',
      'auth:roles:grant', 'auth:sessions:revoke', 'clients:provision', 'clients:drop',
      'clients:memory:search', 'templates:publish', 'templates:global', 'platform:audit:read'
    )
  ),
  (
    'admin', 'Administers one tenant',
    json_array(
      'auth:read', 'clients:read', 'clients:write', 'templates:read', 'templates:write', 'crm:read',
      'crm:write', 'cms:read', 'cms:write', 'billing:read', 'analytics:read', 'notifications:read',
      'notifications:write', 'engines:read', 'engines:write', 'workspaces:read', 'workspaces:write',
      'integrations:read', 'integrations:write', 'knowledge:read', 'knowledge:write', 'work:read',
      'work:write', 'clients:provision', 'clients:memory:search', 'templates:publish',
      'platform:audit:read'
    )
  ),
  (
    'client', 'A customer, with what is the customer''s own',
    json_array(
      'auth:read', 'clients:read', 'clients:write', 'templates:read', 'templates:write', 'crm:read',
      'crm:write', 'cms:read', 'cms:write', 'billing:read', 'analytics:read', 'notifications:read',
      'notifications:write', 'engines:read', 'engines:write', 'workspaces:read', 'workspaces:write',
      'integrations:read', 'integrations:write', 'knowledge:read', 'knowledge:write', 'work:read',
      'work:write', 'clients:memory:search'
    )
  ),
  (
    'user', 'Signs in and reads what is shared with them',
    json_array(
      'auth:read', 'clients:read', 'templates:read', 'crm:read', 'cms:read', 'analytics:read',
      'notifications:read', 'engines:read', 'workspaces:read', 'integrations:read', 'knowledge:read',
      'work:read'
    )
  )
on duplicate key update id = roles.id;

-- migrate:down
delete from roles where tenant_id is null and name in ('superadmin', 'admin', 'client', 'user');
