-- migrate:up
create table if not exists clients.agent_definitions (
  id uuid not null primary key,
  key varchar(100) not null unique check (key ~ '^[a-z][a-z0-9-]*$'),
  name varchar(255) not null,
  description text,
  category varchar(100) not null,
  default_config jsonb not null default '{}' check (jsonb_typeof(default_config) = 'object'),
  capabilities text[] not null default '{}',
  is_active boolean not null default true,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create index if not exists agent_definitions_name on clients.agent_definitions (name, id);
create index if not exists agent_definitions_category on clients.agent_definitions (category, id);
create index if not exists agent_definitions_created_at on clients.agent_definitions (created_at, id);
create index if not exists agent_definitions_capabilities on clients.agent_definitions using gin (capabilities);

create or replace trigger touch_updated_at before update on clients.agent_definitions
  for each row execute function clients.touch_updated_at();

grant select, insert, update, delete on clients.agent_definitions to cdx_app;

insert into clients.agent_definitions (id, key, name, description, category, default_config, capabilities) values
  ('01930001-0000-7000-8000-000000000001', 'copywriter', 'Copywriter',
    'Writes and edits texts in a given voice, for a given audience.', 'content',
    '{"temperature": 0.8, "maxTokens": 2000, "memory": {"recall": 8}}', array['write', 'edit', 'translate']),
  ('01930001-0000-7000-8000-000000000002', 'researcher', 'Researcher',
    'Finds sources, compares them and reports what they agree on, with references.', 'research',
    '{"temperature": 0.2, "maxTokens": 4000, "memory": {"recall": 16}}', array['search', 'summarize', 'cite']),
  ('01930001-0000-7000-8000-000000000003', 'analyst', 'Analyst',
    'Answers questions about figures: trends, outliers, forecasts, and how sure it is.', 'data',
    '{"temperature": 0.1, "maxTokens": 3000, "memory": {"recall": 12}}', array['query', 'chart', 'forecast']),
  ('01930001-0000-7000-8000-000000000004', 'developer', 'Developer',
    'Reads, writes and reviews code, and explains its changes.', 'engineering',
    '{"temperature": 0.1, "maxTokens": 8000, "memory": {"recall": 10}}', array['code', 'review', 'test']),
  ('01930001-0000-7000-8000-000000000005', 'support', 'Support',
    'Answers customers from the knowledge base, and hands over what it cannot solve.', 'service',
    '{"temperature": 0.3, "maxTokens": 1000, "memory": {"recall": 6}}', array['answer', 'triage', 'escalate'])
on conflict (key) do nothing;

-- migrate:down
drop table if exists clients.agent_definitions;
