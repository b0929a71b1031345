-- migrate:up
alter table clients.clients_info add column if not exists search tsvector not null generated always as (
  setweight(to_tsvector('simple', name), 'A')
  || setweight(to_tsvector('simple', replace(client_id, '_', ' ') || ' ' || coalesce(contact_email, '')), 'B')
) stored;

alter table clients.agent_definitions add column if not exists search tsvector not null generated always as (
  setweight(to_tsvector('english', name), 'A')
  || setweight(to_tsvector('english', category || ' ' || coalesce(description, '')), 'B')
) stored;
-- Definitions are everybody's, so that nothing keeps their index from use; clients are behind row-level security.
create index if not exists agent_definitions_search on clients.agent_definitions using gin (search);

-- migrate:down
alter table clients.agent_definitions drop column if exists search;
alter table clients.clients_info drop column if exists search;
