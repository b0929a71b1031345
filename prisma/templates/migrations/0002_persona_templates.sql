-- migrate:up
do $$
begin
  create type templates.persona_template_status as enum ('draft', 'published', 'retired');
exception
  when duplicate_object then null;
end $$;

create table if not exists templates.persona_templates (
  id uuid not null primary key,
  key varchar(100) not null unique check (key ~ '^[a-z][a-z0-9-]*$'),
  name varchar(255) not null,
  description text,
  category varchar(100) not null,
  persona jsonb not null default '{}' check (jsonb_typeof(persona) = 'object'),
  system_prompt text not null,
  variables jsonb not null default '[]' check (jsonb_typeof(variables) = 'array'),
  tags text[] not null default '{}',
  version int not null default 1 check (version > 0),
  status templates.persona_template_status not null default 'draft',
  created_by uuid not null,
  search tsvector not null generated always as (
    setweight(to_tsvector('english', name || ' ' || category), 'A')
    || setweight(to_tsvector('english', coalesce(description, '')), 'B')
    || setweight(to_tsvector('english', system_prompt), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create index if not exists persona_templates_name on templates.persona_templates (name, id);
create index if not exists persona_templates_category on templates.persona_templates (category, id);
create index if not exists persona_templates_status on templates.persona_templates (status, id);
create index if not exists persona_templates_created_by on templates.persona_templates (created_by, name, id);
create index if not exists persona_templates_created_at on templates.persona_templates (created_at, id);
create index if not exists persona_templates_updated_at on templates.persona_templates (updated_at, id);
create index if not exists persona_templates_tags on templates.persona_templates using gin (tags);
create index if not exists persona_templates_search on templates.persona_templates using gin (search);

create or replace trigger touch_updated_at before update on templates.persona_templates
  for each row execute function templates.touch_updated_at();

grant select, insert, update, delete on templates.persona_templates to cdx_app;

-- migrate:down
drop table if exists templates.persona_templates;
drop type if exists templates.persona_template_status;
