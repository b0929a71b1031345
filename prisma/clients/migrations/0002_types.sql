-- migrate:up
-- The closed lists of values, shared by all client schemas.
do $$
declare
  kind record;
begin
  for kind in
    select * from (values
      ('client_status', array['provisioning', 'active', 'suspended', 'archived']),
      ('orchestrator_status', array['pending', 'running', 'waiting', 'completed', 'failed']),
      ('agent_status', array['idle', 'running', 'paused', 'error', 'retired']),
      ('memory_type', array['fact', 'episode', 'preference', 'summary']),
      ('project_status', array['active', 'on_hold', 'completed', 'archived']),
      ('workflow_status', array['queued', 'running', 'succeeded', 'failed', 'cancelled'])
    ) as kinds (name, labels)
  loop
    begin
      execute format(
        'create type clients.%I as enum (%s)',
        kind.name,
        (select string_agg(quote_literal(label), ', ') from unnest(kind.labels) label)
      );
    exception
      when duplicate_object then null;
    end;
  end loop;
end $$;

-- migrate:down
drop type if exists clients.client_status, clients.orchestrator_status, clients.agent_status, clients.memory_type,
  clients.project_status, clients.workflow_status;
