-- migrate:up
create or replace sql security invoker view active_user_sessions as
select
  s.id, s.user_id, u.tenant_id, u.email, u.name, u.role, s.workspace_id, s.ip_address, s.user_agent, s.created_at,
  s.expires_at
from sessions s
join users u on u.id = s.user_id
where s.is_active and u.is_active and s.expires_at > current_timestamp(3);

-- migrate:down
drop view if exists active_user_sessions;
