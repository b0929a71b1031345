-- migrate:up
create table if not exists templates.prompt_templates (
  id uuid not null primary key,
  name varchar(255) not null,
  category varchar(100) not null,
  template text not null,
  variables jsonb not null default '[]' check (jsonb_typeof(variables) = 'array'),
  usage_count int not null default 0 check (usage_count >= 0),
  success_rate real check (success_rate between 0 and 1),
  last_used timestamptz(3),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', name || ' ' || category), 'A') || setweight(to_tsvector('english', template), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create index if not exists prompt_templates_name on templates.prompt_templates (name, id);
create index if not exists prompt_templates_category on templates.prompt_templates (category, id);
create index if not exists prompt_templates_usage_count on templates.prompt_templates (usage_count, id);
create index if not exists prompt_templates_success_rate on templates.prompt_templates (success_rate, id);
create index if not exists prompt_templates_last_used on templates.prompt_templates (last_used, id);
create index if not exists prompt_templates_created_at on templates.prompt_templates (created_at, id);
create index if not exists prompt_templates_search on templates.prompt_templates using gin (search);

create or replace trigger touch_updated_at before update on templates.prompt_templates
  for each row execute function templates.touch_updated_at();

grant select, insert, update, delete on templates.prompt_templates to cdx_app;

-- migrate:down
drop table if exists templates.prompt_templates;
