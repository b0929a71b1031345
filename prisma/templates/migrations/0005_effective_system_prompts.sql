-- migrate:up
-- The prompts in force for a user of an organization: global, then organization, then user, each by priority. It runs
-- as its caller, so the policies of the table hold.
create or replace function templates.get_effective_system_prompts(for_user uuid, for_organization uuid)
  returns setof templates.system_prompts
  language sql stable
as $$
  select *
  from templates.system_prompts
  where is_active
    and (
      scope = 'global'
      or (scope = 'organization' and organization_id = for_organization)
      or (scope = 'user' and user_id = for_user)
    )
  order by scope, priority desc, id
$$;

revoke all on function templates.get_effective_system_prompts(uuid, uuid) from public;
grant execute on function templates.get_effective_system_prompts(uuid, uuid) to cdx_app;

-- migrate:down
drop function if exists templates.get_effective_system_prompts(uuid, uuid);
