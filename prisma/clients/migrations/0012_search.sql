-- migrate:up
-- What has the words in the schemas of the clients that the caller sees, or of a tenant's among these: the best of each
-- client. It runs as its caller, so the policies of the registry and of the schemas hold.
create or replace function clients.search_schemas(words text, of_tenant text, with_memories boolean, max_hits int)
  returns table (hit_type text, hit_id text, client_id varchar, tenant_id varchar, rank real)
  language plpgsql stable
  set search_path = pg_catalog
as $$
declare
  wanted tsquery := websearch_to_tsquery('english', words);
  schema_name name;
  types text[];
  ids text[];
  ranks real[];
begin
  for client_id, tenant_id, schema_name in
    select c.client_id, c.tenant_id, c.schema_name from clients.clients_info c
    where c.status <> 'provisioning' and (of_tenant is null or c.tenant_id = of_tenant)
  loop
    begin
      execute format($sql$
        select array_agg(m.type), array_agg(m.id::text), array_agg(m.rank) from (
          select 'AgentInstance' as type, t.id, ts_rank(t.search, $1) as rank
            from %1$I.agent_instances t where t.search @@ $1
          union all select 'AgentMemory', t.id, ts_rank(t.search, $1)
            from %1$I.agent_memory t where $2 and t.search @@ $1
          union all select 'ClientProject', t.id, ts_rank(t.search, $1)
            from %1$I.projects t where t.search @@ $1
          union all select 'WorkflowExecution', t.id, ts_rank(t.search, $1)
            from %1$I.workflow_executions t where t.search @@ $1
          order by rank desc, type, id limit $3
        ) m$sql$, schema_name) into types, ids, ranks using wanted, with_memories, max_hits;
      -- To undo the block lets go of its locks and leaves the variables as they are (see clients.agent_figures).
      raise exception using errcode = 'CDX00';
    exception
      when sqlstate 'CDX00' then null;
      -- A client that is deleted at this moment has nothing any more.
      when undefined_table or invalid_schema_name then continue;
    end;
    for hit_type, hit_id, rank in select h.type, h.id, h.rank from unnest(types, ids, ranks) h (type, id, rank) loop
      return next;
    end loop;
  end loop;
end $$;

-- What is shown of one of these.
create or replace function clients.search_passage(hit_client_id text, hit_type text, hit_id text)
  returns table (title text, body text)
  language plpgsql stable strict
  set search_path = pg_catalog
as $$
declare
  schema_name name;
  passage text := case hit_type
    when 'AgentInstance' then 'select t.name::text, t.name::text from %1$I.agent_instances t where t.id = $1'
    when 'AgentMemory' then 'select a.name::text, t.content from %1$I.agent_memory t
      join %1$I.agent_instances a on a.id = t.agent_instance_id where t.id = $1'
    when 'ClientProject' then 'select t.name::text, concat_ws(''. '', t.name, left(t.description, 50000))
      from %1$I.projects t where t.id = $1'
    when 'WorkflowExecution' then 'select t.workflow_name::text, concat_ws(''. '', t.workflow_name, left(t.error, 50000))
      from %1$I.workflow_executions t where t.id = $1'
  end;
begin
  select c.schema_name into schema_name from clients.clients_info c where c.client_id = hit_client_id;
  if not found then return; end if;
  return query execute format(passage, schema_name) using hit_id::uuid;
exception
  -- A client that is deleted at this moment has nothing any more.
  when undefined_table or invalid_schema_name then return;
end $$;

revoke all on function clients.search_schemas(text, text, boolean, int) from public;
revoke all on function clients.search_passage(text, text, text) from public;
grant execute on function clients.search_schemas(text, text, boolean, int) to cdx_app;
grant execute on function clients.search_passage(text, text, text) to cdx_app;

-- migrate:down
drop function if exists clients.search_passage(text, text, text);
drop function if exists clients.search_schemas(text, text, boolean, int);
