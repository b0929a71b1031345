-- migrate:up
do $$
begin
  create type crm.lead_stage as enum ('prospect', 'qualified', 'proposal', 'negotiation', 'closed');
exception
  when duplicate_object then null;
end $$;

-- Whether a pipeline's stages are in order: each a stage of leads with a name, a place and a probability, and none of
-- the first three twice.
create or replace function crm.are_stages(stages jsonb) returns boolean
  language sql immutable
  set search_path = pg_catalog
as $$
  select case when jsonb_typeof(stages) = 'array' then (
    select count(*) > 0
      and count(*) = count(distinct s ->> 'stage')
      and count(*) = count(distinct lower(s ->> 'name'))
      and count(*) = count(distinct s ->> 'order')
      and bool_and(coalesce(
        s ->> 'stage' in ('prospect', 'qualified', 'proposal', 'negotiation', 'closed')
        and btrim(s ->> 'name') <> ''
        and jsonb_typeof(s -> 'order') = 'number' and s ->> 'order' ~ '^\d{1,4}$'
        and jsonb_typeof(s -> 'probability') = 'number' and s ->> 'probability' ~ '^(100|\d{1,2})$',
        false
      ))
    from jsonb_array_elements(stages) s
  ) else false end
$$;

revoke all on function crm.are_stages(jsonb) from public;
grant execute on function crm.are_stages(jsonb) to cdx_app;

create table if not exists crm.pipelines (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  name varchar(255) not null,
  stages jsonb not null check (crm.are_stages(stages)),
  is_default boolean not null default false,
  created_at timestamptz(3) not null default now(),
  -- What leads refer to, so that none lies in another tenant's pipeline.
  unique (tenant_id, id)
);

create unique index if not exists pipelines_default on crm.pipelines (tenant_id) where is_default;
create index if not exists pipelines_created_at on crm.pipelines (created_at, id);
create index if not exists pipelines_tenant_created on crm.pipelines (tenant_id, created_at, id);
create index if not exists pipelines_tenant_name on crm.pipelines (tenant_id, name, id);

select crm.confine_to_tenant('crm.pipelines');

grant select, insert, update, delete on crm.pipelines to cdx_app;

-- migrate:down
drop table if exists crm.pipelines;
drop function if exists crm.are_stages(jsonb);
drop type if exists crm.lead_stage;
