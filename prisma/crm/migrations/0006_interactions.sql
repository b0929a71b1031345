-- migrate:up
do $$
begin
  create type crm.interaction_type as enum ('email', 'call', 'meeting', 'note');
exception
  when duplicate_object then null;
end $$;

create table if not exists crm.interactions (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  customer_id uuid not null,
  lead_id uuid,
  type crm.interaction_type not null,
  subject varchar(255) not null,
  content text,
  user_id uuid,
  scheduled_at timestamptz(3),
  completed_at timestamptz(3),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz(3) not null default now(),
  -- Its place in a customer's timeline.
  occurred_at timestamptz(3) not null generated always as (coalesce(completed_at, scheduled_at, created_at)) stored,
  search tsvector not null generated always as (
    setweight(to_tsvector('english', subject), 'A') || setweight(to_tsvector('english', coalesce(content, '')), 'C')
  ) stored,
  foreign key (tenant_id, customer_id) references crm.customers (tenant_id, id) on delete cascade,
  foreign key (tenant_id, customer_id, lead_id) references crm.leads (tenant_id, customer_id, id)
    on delete set null (lead_id),
  -- A note is of the moment it was written; all else is planned, done, or both.
  constraint interactions_schedule check (
    case type when 'note' then num_nonnulls(scheduled_at, completed_at) = 0
    else num_nonnulls(scheduled_at, completed_at) > 0 end
  )
);

create index if not exists interactions_customer on crm.interactions (customer_id, occurred_at, id);
create index if not exists interactions_lead on crm.interactions (lead_id, occurred_at, id) where lead_id is not null;
create index if not exists interactions_user on crm.interactions (user_id, occurred_at, id) where user_id is not null;
create index if not exists interactions_occurred_at on crm.interactions (occurred_at, id);
create index if not exists interactions_tenant_occurred on crm.interactions (tenant_id, occurred_at, id);
create index if not exists interactions_tenant_scheduled on crm.interactions (tenant_id, scheduled_at, id);
create index if not exists interactions_tenant_completed on crm.interactions (tenant_id, completed_at, id);
create index if not exists interactions_tenant_created on crm.interactions (tenant_id, created_at, id);
create index if not exists interactions_search on crm.interactions using gin (search);

select crm.confine_to_tenant('crm.interactions');

grant select, insert, update, delete on crm.interactions to cdx_app;

-- migrate:down
drop table if exists crm.interactions;
drop type if exists crm.interaction_type;
