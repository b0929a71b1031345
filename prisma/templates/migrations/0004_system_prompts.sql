-- migrate:up
do $$
begin
  create type templates.system_prompt_scope as enum ('global', 'organization', 'user');
exception
  when duplicate_object then null;
end $$;

create table if not exists templates.system_prompts (
  id uuid not null primary key,
  scope templates.system_prompt_scope not null,
  organization_id uuid,
  user_id uuid,
  name varchar(255) not null,
  content text not null,
  priority int not null default 0,
  is_active boolean not null default true,
  search tsvector not null generated always as (
    setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', content), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint system_prompts_owner check (
    (scope = 'organization') = (organization_id is not null) and (scope = 'user') = (user_id is not null)
  )
);

create index if not exists system_prompts_global on templates.system_prompts (priority desc, id)
  where scope = 'global' and is_active;
create index if not exists system_prompts_organization on templates.system_prompts (organization_id, priority desc, id)
  where organization_id is not null;
create index if not exists system_prompts_user on templates.system_prompts (user_id, priority desc, id)
  where user_id is not null;
create index if not exists system_prompts_name on templates.system_prompts (name, id);
create index if not exists system_prompts_priority on templates.system_prompts (priority, id);
create index if not exists system_prompts_created_at on templates.system_prompts (created_at, id);
create index if not exists system_prompts_search on templates.system_prompts using gin (search);

create or replace trigger touch_updated_at before update on templates.system_prompts
  for each row execute function templates.touch_updated_at();

-- Whose prompts a caller reads and writes; `app.*` are set by the application for the transaction, and unset they are
-- empty text, which no row matches.
alter table templates.system_prompts enable row level security;
alter table templates.system_prompts force row level security;
drop policy if exists reading on templates.system_prompts;
create policy reading on templates.system_prompts for select using (
  current_setting('app.role', true) in ('superadmin', 'system')
  or (scope = 'global' and current_setting('app.user_id', true) <> '')
  or organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
  or user_id = nullif(current_setting('app.user_id', true), '')::uuid
);
drop policy if exists writing on templates.system_prompts;
create policy writing on templates.system_prompts for all using (
  current_setting('app.role', true) in ('superadmin', 'system')
  or user_id = nullif(current_setting('app.user_id', true), '')::uuid
  or (
    current_setting('app.role', true) = 'admin'
    and organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
  )
);

grant select, insert, update, delete on templates.system_prompts to cdx_app;

-- migrate:down
drop table if exists templates.system_prompts;
drop type if exists templates.system_prompt_scope;
