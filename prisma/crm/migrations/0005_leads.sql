-- migrate:up
create table if not exists crm.leads (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  customer_id uuid not null,
  pipeline_id uuid,
  title varchar(255) not null,
  description text,
  value numeric(12, 2) not null default 0 check (value >= 0),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  stage crm.lead_stage not null default 'prospect',
  -- The stage as a number: behind row-level security an index is sought by operators that are leakproof alone, and the
  -- equality of enums is not.
  stage_number smallint not null generated always as (
    case stage when 'prospect' then 1 when 'qualified' then 2 when 'proposal' then 3 when 'negotiation' then 4 else 5 end
  ) stored,
  probability smallint not null default 0 check (probability between 0 and 100),
  -- Kept here, so that the sum of a list and the sum in a summary are the same.
  weighted_value numeric(12, 2) not null generated always as (round(value * probability / 100, 2)) stored,
  expected_close_date date,
  assigned_to uuid,
  source varchar(100),
  lost_reason varchar(1000),
  closed_at timestamptz(3),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', coalesce(description, '')), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  foreign key (tenant_id, customer_id) references crm.customers (tenant_id, id),
  foreign key (tenant_id, pipeline_id) references crm.pipelines (tenant_id, id),
  -- What interactions refer to, so that none names a lead of another customer or tenant.
  unique (tenant_id, customer_id, id),
  constraint leads_closed check ((stage = 'closed') = (closed_at is not null)),
  -- A closed lead is won, or lost for a reason.
  constraint leads_outcome check (
    case when stage = 'closed' then probability = case when lost_reason is null then 100 else 0 end
    else lost_reason is null end
  )
);

create index if not exists leads_customer on crm.leads (customer_id, created_at, id);
create index if not exists leads_pipeline_stage on crm.leads (pipeline_id, stage_number, created_at, id);
create index if not exists leads_assigned_to on crm.leads (assigned_to, created_at, id) where assigned_to is not null;
create index if not exists leads_created_at on crm.leads (created_at, id);
create index if not exists leads_tenant_created on crm.leads (tenant_id, created_at, id);
create index if not exists leads_tenant_updated on crm.leads (tenant_id, updated_at, id);
create index if not exists leads_tenant_title on crm.leads (tenant_id, title, id);
create index if not exists leads_tenant_value on crm.leads (tenant_id, value, id);
create index if not exists leads_tenant_weighted on crm.leads (tenant_id, weighted_value, id);
create index if not exists leads_tenant_probability on crm.leads (tenant_id, probability, id);
create index if not exists leads_tenant_close_date on crm.leads (tenant_id, expected_close_date, id);
create index if not exists leads_tenant_source on crm.leads (tenant_id, source, id);
-- These two hold all that a summary reads, and the first all that a board sums up.
create index if not exists leads_tenant_stage on crm.leads (tenant_id, pipeline_id, stage, currency)
  include (value, weighted_value, probability);
create index if not exists leads_tenant_closed on crm.leads (tenant_id, closed_at, probability)
  include (currency, value) where stage = 'closed';
create index if not exists leads_search on crm.leads using gin (search);

create or replace trigger touch_updated_at before update on crm.leads
  for each row execute function crm.touch_updated_at();

-- An open lead is at a stage that its pipeline has. The pipeline is locked, so that it does not lose the stage before
-- the lead's transaction has ended.
create or replace function crm.check_lead_stage() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  stages jsonb;
begin
  select p.stages into stages from crm.pipelines p where p.id = new.pipeline_id for share;
  if stages is not null and not stages @> jsonb_build_array(jsonb_build_object('stage', new.stage)) then
    raise exception 'the pipeline has no stage %', new.stage using errcode = '23514';
  end if;
  return new;
end $$;

revoke all on function crm.check_lead_stage() from public;

create or replace trigger check_stage before insert or update of stage, pipeline_id on crm.leads
  for each row when (new.pipeline_id is not null and new.stage <> 'closed')
  execute function crm.check_lead_stage();

create or replace function crm.check_stages_in_use() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if exists (
    select from crm.leads l
    where l.pipeline_id = new.id and l.stage <> 'closed'
      and not new.stages @> jsonb_build_array(jsonb_build_object('stage', l.stage))
  ) then
    raise exception 'leads are at a stage that the pipeline would lose' using errcode = '23514';
  end if;
  return new;
end $$;

revoke all on function crm.check_stages_in_use() from public;

create or replace trigger check_stages before update of stages on crm.pipelines
  for each row execute function crm.check_stages_in_use();

select crm.confine_to_tenant('crm.leads');

grant select, insert, update, delete on crm.leads to cdx_app;

-- migrate:down
drop trigger if exists check_stages on crm.pipelines;
drop table if exists crm.leads;
drop function if exists crm.check_lead_stage();
drop function if exists crm.check_stages_in_use();
