-- migrate:up
create table if not exists clients.orchestrator_state (
  id uuid not null primary key,
  client_id varchar(50) not null references clients.clients_info (client_id) on delete cascade,
  workflow_id varchar(100) not null,
  status clients.orchestrator_status not null default 'pending',
  current_step varchar(255),
  state jsonb not null default '{}' check (jsonb_typeof(state) = 'object'),
  version int not null default 1 check (version > 0),
  started_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  unique (client_id, workflow_id)
);

create index if not exists orchestrator_state_client_started on clients.orchestrator_state (client_id, started_at, id);
create index if not exists orchestrator_state_status on clients.orchestrator_state (status, id);
create index if not exists orchestrator_state_started_at on clients.orchestrator_state (started_at, id);
create index if not exists orchestrator_state_updated_at on clients.orchestrator_state (updated_at, id);

create or replace trigger touch_updated_at before update on clients.orchestrator_state
  for each row execute function clients.touch_updated_at();

-- The rows of the clients that the caller may see: the policy of clients_info decides.
alter table clients.orchestrator_state enable row level security;
alter table clients.orchestrator_state force row level security;
drop policy if exists client on clients.orchestrator_state;
create policy client on clients.orchestrator_state using (
  exists (select from clients.clients_info c where c.client_id = orchestrator_state.client_id)
);

grant select, insert, update, delete on clients.orchestrator_state to cdx_app;

-- migrate:down
drop table if exists clients.orchestrator_state;
