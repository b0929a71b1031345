-- migrate:up
-- The vectors of the texts in a client's schema. They have no index: behind row-level security Postgres seeks by leakproof
-- operators alone, and `@@` is none, so a search reads the rows of the client in any case. What is longer than 50,000
-- characters is searched by its beginning: a vector has at most a megabyte.
create or replace function clients.create_client_schema(client_id text) returns void
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  schema_name text := 'client_' || client_id;
  open_table name;
begin
  if client_id is null or client_id !~ '^[a-z][a-z0-9_]{0,49}$' then
    raise exception 'a client id must match ^[a-z][a-z0-9_]{0,49}$' using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('clients.schema.' || client_id, 0));
  if not exists (
    select from clients.clients_info c
    where c.client_id = create_client_schema.client_id and clients.sees_tenant(c.tenant_id)
  ) then
    raise exception 'client % is not registered', client_id using errcode = 'P0002';
  end if;

  execute format('create schema if not exists %I', schema_name);
  execute format('revoke all on schema %I from public', schema_name);

  execute format($sql$
    create table if not exists %1$I.agent_instances (
      id uuid not null primary key,
      definition_id uuid not null references clients.agent_definitions (id),
      persona_template_id uuid,
      engine_id uuid,
      name varchar(255) not null,
      status clients.agent_status not null default 'idle',
      config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
      created_by uuid not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now()
    );
    create index if not exists agent_instances_definition_id on %1$I.agent_instances (definition_id);
    create index if not exists agent_instances_persona on %1$I.agent_instances (persona_template_id, name, id);
    create index if not exists agent_instances_engine_id on %1$I.agent_instances (engine_id);
    create index if not exists agent_instances_created_by on %1$I.agent_instances (created_by, name, id);
    create index if not exists agent_instances_name on %1$I.agent_instances (name, id);
    create index if not exists agent_instances_status on %1$I.agent_instances (status, id);
    create index if not exists agent_instances_created_at on %1$I.agent_instances (created_at, id);
    create index if not exists agent_instances_updated_at on %1$I.agent_instances (updated_at, id);

    create table if not exists %1$I.agent_memory (
      id uuid not null primary key,
      agent_instance_id uuid not null references %1$I.agent_instances (id) on delete cascade,
      content text not null check (content <> ''),
      memory_type clients.memory_type not null default 'fact',
      embedding public.vector(1536) not null,
      embedding_model varchar(100) not null,
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      importance real not null default 0.5 check (importance between 0 and 1),
      access_count int not null default 0 check (access_count >= 0),
      last_accessed_at timestamptz(3),
      created_at timestamptz(3) not null default now()
    );
    create index if not exists agent_memory_agent_created on %1$I.agent_memory (agent_instance_id, created_at, id);
    create index if not exists agent_memory_agent_importance on %1$I.agent_memory (agent_instance_id, importance, id);
    create index if not exists agent_memory_type on %1$I.agent_memory (memory_type, id);
    create index if not exists agent_memory_created_at on %1$I.agent_memory (created_at, id);
    create index if not exists agent_memory_metadata on %1$I.agent_memory using gin (metadata jsonb_path_ops);
    create index if not exists agent_memory_embedding on %1$I.agent_memory
      using hnsw (embedding public.vector_cosine_ops);

    create table if not exists %1$I.projects (
      id uuid not null primary key,
      name varchar(255) not null,
      description text,
      status clients.project_status not null default 'active',
      created_by uuid not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now()
    );
    create index if not exists projects_name on %1$I.projects (name, id);
    create index if not exists projects_status on %1$I.projects (status, id);
    create index if not exists projects_created_by on %1$I.projects (created_by);
    create index if not exists projects_created_at on %1$I.projects (created_at, id);

    create table if not exists %1$I.workflow_executions (
      id uuid not null primary key,
      agent_instance_id uuid not null references %1$I.agent_instances (id) on delete cascade,
      project_id uuid references %1$I.projects (id) on delete set null,
      workflow_name varchar(255) not null,
      status clients.workflow_status not null default 'queued',
      input jsonb not null default '{}',
      output jsonb,
      error text,
      started_at timestamptz(3),
      finished_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      check (finished_at is null or started_at is null or finished_at >= started_at)
    );
    create index if not exists workflow_executions_agent on %1$I.workflow_executions (agent_instance_id, created_at, id);
    create index if not exists workflow_executions_project on %1$I.workflow_executions (project_id, created_at, id);
    create index if not exists workflow_executions_name on %1$I.workflow_executions (workflow_name, id);
    create index if not exists workflow_executions_status on %1$I.workflow_executions (status, id);
    create index if not exists workflow_executions_created_at on %1$I.workflow_executions (created_at, id);

    create table if not exists %1$I.usage_analytics (
      id uuid not null primary key,
      agent_instance_id uuid references %1$I.agent_instances (id) on delete set null,
      metric varchar(100) not null,
      quantity numeric(14, 4) not null,
      unit varchar(50) not null,
      period_start timestamptz(3) not null,
      period_end timestamptz(3) not null,
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz(3) not null default now(),
      check (period_end >= period_start)
    );
    create index if not exists usage_analytics_agent on %1$I.usage_analytics (agent_instance_id, period_start, id);
    create index if not exists usage_analytics_metric on %1$I.usage_analytics (metric, period_start, id);
    create index if not exists usage_analytics_period on %1$I.usage_analytics (period_start, id);
    create index if not exists usage_analytics_created_at on %1$I.usage_analytics (created_at, id);

    alter table %1$I.agent_instances add column if not exists search tsvector not null
      generated always as (setweight(to_tsvector('english', name), 'A')) stored;
    alter table %1$I.agent_memory add column if not exists search tsvector not null
      generated always as (setweight(to_tsvector('english', content), 'C')) stored;
    alter table %1$I.projects add column if not exists search tsvector not null generated always as (
      setweight(to_tsvector('english', name), 'A')
      || setweight(to_tsvector('english', left(coalesce(description, ''), 50000)), 'B')
    ) stored;
    alter table %1$I.workflow_executions add column if not exists search tsvector not null generated always as (
      setweight(to_tsvector('english', workflow_name), 'A')
      || setweight(to_tsvector('english', left(coalesce(error, ''), 50000)), 'C')
    ) stored;

    create or replace trigger touch_updated_at before update on %1$I.agent_instances
      for each row execute function clients.touch_updated_at();
    create or replace trigger touch_updated_at before update on %1$I.projects
      for each row execute function clients.touch_updated_at();

    grant usage on schema %1$I to cdx_app;
    grant select, insert, update, delete on all tables in schema %1$I to cdx_app;
  $sql$, schema_name);

  -- The rows are there for whom the registry shows the client. The condition names no column, so it is one look by
  -- primary key a statement. As `exists` it would say the same, but the planner would count on half of the rows, and
  -- leave the index of the embeddings unused (docs/decisions/0011).
  for open_table in
    select c.relname from pg_class c
    where c.relnamespace = schema_name::regnamespace and c.relkind in ('r', 'p')
      and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))
  loop
    execute format('alter table %I.%I enable row level security, force row level security', schema_name, open_table);
    execute format('drop policy if exists client on %I.%I', schema_name, open_table);
    execute format(
      'create policy client on %I.%I using ((select c.client_id from clients.clients_info c where c.client_id = %L) is not null)',
      schema_name, open_table, client_id
    );
  end loop;
end $$;

select set_config('app.role', 'system', true);
select clients.create_client_schema(client_id) from clients.clients_info where status <> 'provisioning';

-- migrate:down
create or replace function clients.create_client_schema(client_id text) returns void
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  schema_name text := 'client_' || client_id;
  open_table name;
begin
  if client_id is null or client_id !~ '^[a-z][a-z0-9_]{0,49}$' then
    raise exception 'a client id must match ^[a-z][a-z0-9_]{0,49}$' using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('clients.schema.' || client_id, 0));
  if not exists (
    select from clients.clients_info c
    where c.client_id = create_client_schema.client_id and clients.sees_tenant(c.tenant_id)
  ) then
    raise exception 'client % is not registered', client_id using errcode = 'P0002';
  end if;

  execute format('create schema if not exists %I', schema_name);
  execute format('revoke all on schema %I from public', schema_name);

  execute format($sql$
    create table if not exists %1$I.agent_instances (
      id uuid not null primary key,
      definition_id uuid not null references clients.agent_definitions (id),
      persona_template_id uuid,
      engine_id uuid,
      name varchar(255) not null,
      status clients.agent_status not null default 'idle',
      config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
      created_by uuid not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now()
    );
    create index if not exists agent_instances_definition_id on %1$I.agent_instances (definition_id);
    create index if not exists agent_instances_persona on %1$I.agent_instances (persona_template_id, name, id);
    create index if not exists agent_instances_engine_id on %1$I.agent_instances (engine_id);
    create index if not exists agent_instances_created_by on %1$I.agent_instances (created_by, name, id);
    create index if not exists agent_instances_name on %1$I.agent_instances (name, id);
    create index if not exists agent_instances_status on %1$I.agent_instances (status, id);
    create index if not exists agent_instances_created_at on %1$I.agent_instances (created_at, id);
    create index if not exists agent_instances_updated_at on %1$I.agent_instances (updated_at, id);

    create table if not exists %1$I.agent_memory (
      id uuid not null primary key,
      agent_instance_id uuid not null references %1$I.agent_instances (id) on delete cascade,
      content text not null check (content <> ''),
      memory_type clients.memory_type not null default 'fact',
      embedding public.vector(1536) not null,
      embedding_model varchar(100) not null,
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      importance real not null default 0.5 check (importance between 0 and 1),
      access_count int not null default 0 check (access_count >= 0),
      last_accessed_at timestamptz(3),
      created_at timestamptz(3) not null default now()
    );
    create index if not exists agent_memory_agent_created on %1$I.agent_memory (agent_instance_id, created_at, id);
    create index if not exists agent_memory_agent_importance on %1$I.agent_memory (agent_instance_id, importance, id);
    create index if not exists agent_memory_type on %1$I.agent_memory (memory_type, id);
    create index if not exists agent_memory_created_at on %1$I.agent_memory (created_at, id);
    create index if not exists agent_memory_metadata on %1$I.agent_memory using gin (metadata jsonb_path_ops);
    create index if not exists agent_memory_embedding on %1$I.agent_memory
      using hnsw (embedding public.vector_cosine_ops);

    create table if not exists %1$I.projects (
      id uuid not null primary key,
      name varchar(255) not null,
      description text,
      status clients.project_status not null default 'active',
      created_by uuid not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now()
    );
    create index if not exists projects_name on %1$I.projects (name, id);
    create index if not exists projects_status on %1$I.projects (status, id);
    create index if not exists projects_created_by on %1$I.projects (created_by);
    create index if not exists projects_created_at on %1$I.projects (created_at, id);

    create table if not exists %1$I.workflow_executions (
      id uuid not null primary key,
      agent_instance_id uuid not null references %1$I.agent_instances (id) on delete cascade,
      project_id uuid references %1$I.projects (id) on delete set null,
      workflow_name varchar(255) not null,
      status clients.workflow_status not null default 'queued',
      input jsonb not null default '{}',
      output jsonb,
      error text,
      started_at timestamptz(3),
      finished_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      check (finished_at is null or started_at is null or finished_at >= started_at)
    );
    create index if not exists workflow_executions_agent on %1$I.workflow_executions (agent_instance_id, created_at, id);
    create index if not exists workflow_executions_project on %1$I.workflow_executions (project_id, created_at, id);
    create index if not exists workflow_executions_name on %1$I.workflow_executions (workflow_name, id);
    create index if not exists workflow_executions_status on %1$I.workflow_executions (status, id);
    create index if not exists workflow_executions_created_at on %1$I.workflow_executions (created_at, id);

    create table if not exists %1$I.usage_analytics (
      id uuid not null primary key,
      agent_instance_id uuid references %1$I.agent_instances (id) on delete set null,
      metric varchar(100) not null,
      quantity numeric(14, 4) not null,
      unit varchar(50) not null,
      period_start timestamptz(3) not null,
      period_end timestamptz(3) not null,
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz(3) not null default now(),
      check (period_end >= period_start)
    );
    create index if not exists usage_analytics_agent on %1$I.usage_analytics (agent_instance_id, period_start, id);
    create index if not exists usage_analytics_metric on %1$I.usage_analytics (metric, period_start, id);
    create index if not exists usage_analytics_period on %1$I.usage_analytics (period_start, id);
    create index if not exists usage_analytics_created_at on %1$I.usage_analytics (created_at, id);

    create or replace trigger touch_updated_at before update on %1$I.agent_instances
      for each row execute function clients.touch_updated_at();
    create or replace trigger touch_updated_at before update on %1$I.projects
      for each row execute function clients.touch_updated_at();

    grant usage on schema %1$I to cdx_app;
    grant select, insert, update, delete on all tables in schema %1$I to cdx_app;
  $sql$, schema_name);

  -- The rows are there for whom the registry shows the client. The condition names no column, so it is one look by
  -- primary key a statement. As `exists` it would say the same, but the planner would count on half of the rows, and
  -- leave the index of the embeddings unused (docs/decisions/0011).
  for open_table in
    select c.relname from pg_class c
    where c.relnamespace = schema_name::regnamespace and c.relkind in ('r', 'p')
      and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))
  loop
    execute format('alter table %I.%I enable row level security, force row level security', schema_name, open_table);
    execute format('drop policy if exists client on %I.%I', schema_name, open_table);
    execute format(
      'create policy client on %I.%I using ((select c.client_id from clients.clients_info c where c.client_id = %L) is not null)',
      schema_name, open_table, client_id
    );
  end loop;
end $$;

do $$
declare
  schema_name name;
begin
  perform set_config('app.role', 'system', true);
  for schema_name in select c.schema_name from clients.clients_info c where c.status <> 'provisioning' loop
    execute format('alter table %1$I.agent_instances drop column if exists search;
      alter table %1$I.agent_memory drop column if exists search;
      alter table %1$I.projects drop column if exists search;
      alter table %1$I.workflow_executions drop column if exists search', schema_name);
  end loop;
end $$;
