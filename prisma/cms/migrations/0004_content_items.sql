-- migrate:up
do $$
begin
  create type cms.content_status as enum ('draft', 'published', 'archived');
exception
  when duplicate_object then null;
end $$;

-- The user who asks; null for nobody, and for the product itself.
create or replace function cms.caller() returns uuid
  language sql stable
  return nullif(current_setting('app.user_id', true), '')::uuid;

revoke all on function cms.caller() from public;
grant execute on function cms.caller() to cdx_app;

-- Items, and beside them their revisions: a row that has a parent is what the parent was at that version.
create table if not exists cms.content_items (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  content_type_id uuid not null,
  title varchar(255) not null,
  slug varchar(100) not null constraint content_items_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
  status cms.content_status not null default 'draft',
  published_at timestamptz(3),
  author_id uuid not null,
  version int not null default 1 check (version > 0),
  parent_id uuid,
  seo_data jsonb not null default '{}' check (jsonb_typeof(seo_data) = 'object'),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(jsonb_to_tsvector('english', seo_data, '["string"]'), 'B')
    || setweight(jsonb_to_tsvector('english', data, '["string"]'), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint content_items_published check (status <> 'published' or published_at is not null),
  constraint content_items_tenant unique (tenant_id, content_type_id, id),
  constraint content_items_revision unique (parent_id, version),
  constraint content_items_type foreign key (tenant_id, content_type_id)
    references cms.content_types (tenant_id, id),
  -- A revision is of the same type, and so of the same tenant.
  constraint content_items_parent foreign key (tenant_id, content_type_id, parent_id)
    references cms.content_items (tenant_id, content_type_id, id) on delete cascade
);

create unique index if not exists content_items_slug on cms.content_items (content_type_id, slug)
  where parent_id is null;
-- All that counting needs, so that a summary reads no row.
create index if not exists content_items_count on cms.content_items (tenant_id, content_type_id, status)
  include (author_id, published_at) where parent_id is null;
create index if not exists content_items_type_created on cms.content_items (content_type_id, created_at, id)
  where parent_id is null;
create index if not exists content_items_tenant_created on cms.content_items (tenant_id, created_at, id)
  where parent_id is null;
create index if not exists content_items_tenant_updated on cms.content_items (tenant_id, updated_at, id)
  where parent_id is null;
create index if not exists content_items_tenant_published on cms.content_items (tenant_id, published_at, id)
  where parent_id is null;
create index if not exists content_items_tenant_title on cms.content_items (tenant_id, title, id)
  where parent_id is null;
create index if not exists content_items_author on cms.content_items (author_id, created_at, id)
  where parent_id is null;
create index if not exists content_items_created on cms.content_items (created_at, id) where parent_id is null;
create index if not exists content_items_updated on cms.content_items (updated_at, id) where parent_id is null;
create index if not exists content_items_published_at on cms.content_items (published_at, id)
  where parent_id is null;
create index if not exists content_items_title on cms.content_items (title, id) where parent_id is null;
create index if not exists content_items_data on cms.content_items using gin (data jsonb_path_ops)
  where parent_id is null;
create index if not exists content_items_search on cms.content_items using gin (search) where parent_id is null;

-- An id of the revision that a change leaves behind: a UUID v7 (RFC 9562), which Postgres makes by itself from 18 on.
create or replace function cms.new_id() returns uuid
  language sql volatile
  set search_path = pg_catalog
as $$
  select encode(
    set_bit(set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6
      ), 52, 1), 53, 1), 'hex')::uuid
$$;
revoke all on function cms.new_id() from public;
grant execute on function cms.new_id() to cdx_app;

-- What an item was before a change of its content stays as a revision, whoever changes it.
create or replace function cms.keep_revision() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  if old.parent_id is not null or new.parent_id is not null then
    raise exception 'a revision stays as it is' using errcode = '23514';
  end if;
  if new.content_type_id <> old.content_type_id or new.tenant_id <> old.tenant_id then
    raise exception 'an item keeps its type' using errcode = '23514';
  end if;
  if new.status = 'published' and old.status <> 'published' then
    new.published_at := now();
  end if;
  if (new.title, new.slug, new.data, new.seo_data) is not distinct from (old.title, old.slug, old.data, old.seo_data)
    and new.version = old.version
  then
    return new;
  end if;
  if new.version <> old.version + 1 then
    raise exception 'version % follows version %', old.version + 1, old.version using errcode = '23514';
  end if;
  insert into cms.content_items (
    id, tenant_id, content_type_id, title, slug, data, status, published_at, author_id, version, parent_id, seo_data,
    updated_at
  ) values (
    cms.new_id(), old.tenant_id, old.content_type_id, old.title, old.slug, old.data, old.status, old.published_at,
    old.author_id, old.version, old.id, old.seo_data, old.updated_at
  );
  return new;
end $$;
revoke all on function cms.keep_revision() from public;

create or replace trigger keep_revision before update on cms.content_items
  for each row execute function cms.keep_revision();
create or replace trigger touch_updated_at before update on cms.content_items
  for each row execute function cms.touch_updated_at();

-- Who does not edit sees what is published, and what is their own with all that it was; and writes own drafts.
alter table cms.content_items enable row level security;
alter table cms.content_items force row level security;
drop policy if exists reading on cms.content_items;
create policy reading on cms.content_items for select using (
  cms.sees_tenant(tenant_id)
  and (cms.is_editor() or author_id = cms.caller() or (status = 'published' and parent_id is null))
);
drop policy if exists writing on cms.content_items;
create policy writing on cms.content_items for all
  using (cms.sees_tenant(tenant_id) and (cms.is_editor() or author_id = cms.caller()))
  with check (cms.sees_tenant(tenant_id) and (cms.is_editor() or (author_id = cms.caller() and status = 'draft')));

grant select, insert, update, delete on cms.content_items to cdx_app;

-- migrate:down
drop table if exists cms.content_items;
drop function if exists cms.keep_revision();
drop function if exists cms.new_id();
drop function if exists cms.caller();
drop type if exists cms.content_status;
