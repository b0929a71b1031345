-- migrate:up
do $$
begin
  create type crm.customer_status as enum ('active', 'inactive', 'archived');
exception
  when duplicate_object then null;
end $$;

create table if not exists crm.customers (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  -- In small letters, so that the unique constraint does not regard case.
  email varchar(255) not null check (email = lower(email)),
  first_name varchar(100),
  last_name varchar(100),
  company varchar(255),
  phone varchar(50),
  address jsonb not null default '{}' check (jsonb_typeof(address) = 'object'),
  status crm.customer_status not null default 'active',
  source varchar(100),
  tags jsonb not null default '[]' check (jsonb_typeof(tags) = 'array'),
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  -- Names are not stemmed; of an address, its parts are found too.
  search tsvector not null generated always as (
    setweight(to_tsvector('simple', coalesce(first_name, '') || ' ' || coalesce(last_name, '')), 'A')
    || setweight(to_tsvector('simple', coalesce(company, '')), 'A')
    || setweight(to_tsvector('simple', email || ' ' || translate(email, '@.', '  ')), 'B')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  unique (tenant_id, email),
  -- What leads and interactions refer to, so that none names another tenant's customer.
  unique (tenant_id, id)
);

create index if not exists customers_created_at on crm.customers (created_at, id);
create index if not exists customers_tenant_created on crm.customers (tenant_id, created_at, id);
create index if not exists customers_tenant_updated on crm.customers (tenant_id, updated_at, id);
create index if not exists customers_tenant_status on crm.customers (tenant_id, status, created_at, id);
create index if not exists customers_tenant_last_name on crm.customers (tenant_id, last_name, id);
create index if not exists customers_tenant_company on crm.customers (tenant_id, company, id);
create index if not exists customers_tenant_source on crm.customers (tenant_id, source, id);
create index if not exists customers_tags on crm.customers using gin (tags);
create index if not exists customers_custom_fields on crm.customers using gin (custom_fields jsonb_path_ops);
create index if not exists customers_search on crm.customers using gin (search);

create or replace trigger touch_updated_at before update on crm.customers
  for each row execute function crm.touch_updated_at();

select crm.confine_to_tenant('crm.customers');

grant select, insert, update, delete on crm.customers to cdx_app;

-- migrate:down
drop table if exists crm.customers;
drop type if exists crm.customer_status;
