-- migrate:up
do $$
begin
  create type cms.page_status as enum ('draft', 'published');
exception
  when duplicate_object then null;
end $$;

create table if not exists cms.pages (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  title varchar(255) not null,
  slug varchar(100) not null constraint pages_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  template varchar(100) not null default 'default',
  content jsonb not null default '{}' check (jsonb_typeof(content) in ('object', 'array')),
  seo_title varchar(255),
  seo_description varchar(1000),
  seo_keywords text[] not null default '{}',
  status cms.page_status not null default 'draft',
  published_at timestamptz(3),
  author_id uuid not null,
  parent_id uuid check (parent_id <> id),
  -- The place among the pages of the same parent, from 0 on and without gaps.
  sort_order int not null check (sort_order >= 0),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(
      to_tsvector('english', coalesce(seo_title, '') || ' ' || coalesce(seo_description, '')), 'B'
    )
    || setweight(jsonb_to_tsvector('english', content, '["string"]'), 'C')
  ) stored,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint pages_published check (status <> 'published' or published_at is not null),
  constraint pages_slug unique (tenant_id, slug),
  constraint pages_tenant unique (tenant_id, id),
  constraint pages_parent foreign key (tenant_id, parent_id) references cms.pages (tenant_id, id)
);

create index if not exists pages_children on cms.pages (parent_id, sort_order, id);
create index if not exists pages_place on cms.pages (tenant_id, sort_order, parent_id);
create index if not exists pages_count on cms.pages (tenant_id, status) include (author_id, published_at);
create index if not exists pages_tenant_title on cms.pages (tenant_id, title, id);
create index if not exists pages_tenant_template on cms.pages (tenant_id, template, id);
create index if not exists pages_tenant_created on cms.pages (tenant_id, created_at, id);
create index if not exists pages_tenant_updated on cms.pages (tenant_id, updated_at, id);
create index if not exists pages_tenant_published on cms.pages (tenant_id, published_at, id);
create index if not exists pages_author on cms.pages (author_id, created_at, id);
create index if not exists pages_title on cms.pages (title, id);
create index if not exists pages_sort_order on cms.pages (sort_order, id);
create index if not exists pages_created_at on cms.pages (created_at, id);
create index if not exists pages_updated_at on cms.pages (updated_at, id);
create index if not exists pages_published_at on cms.pages (published_at, id);
create index if not exists pages_seo_keywords on cms.pages using gin (seo_keywords);
create index if not exists pages_search on cms.pages using gin (search);

-- Holds the tree of a tenant until the transaction ends: changes of its form come one after another.
create or replace function cms.lock_pages(tenant_id text) returns void
  language sql volatile
  set search_path = pg_catalog
as $$
  select pg_advisory_xact_lock(hashtextextended('cms.pages ' || tenant_id, 0))
$$;
revoke all on function cms.lock_pages(text) from public;
grant execute on function cms.lock_pages(text) to cdx_app;

-- A page is not under itself, and no page is deeper than the 16th level. It looks after the statement and behind the
-- lock, where it sees all that others have committed before; the walk ends although there may be a cycle by now.
create or replace function cms.check_page_tree() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  above uuid := new.parent_id;
  depth int := 1;
  height int;
begin
  perform cms.lock_pages(new.tenant_id);
  while above is not null loop
    depth := depth + 1;
    if above = new.id then
      raise exception 'page % is under itself', new.id using errcode = '23514', constraint = 'pages_no_cycle';
    end if;
    exit when depth > 16;
    select p.parent_id into above from cms.pages p where p.id = above;
  end loop;
  with recursive below as (
    select new.id as id, 1 as level
    union all
    select p.id, b.level + 1 from cms.pages p join below b on p.parent_id = b.id where b.level < 17
  )
  select max(level) into height from below;
  if depth + height - 1 > 16 then
    raise exception 'page % is too deep', new.id using errcode = '23514', constraint = 'pages_depth';
  end if;
  return null;
end $$;
revoke all on function cms.check_page_tree() from public;

create or replace trigger check_tree_of_new after insert on cms.pages
  for each row when (new.parent_id is not null) execute function cms.check_page_tree();
create or replace trigger check_tree after update of parent_id on cms.pages
  for each row when (new.parent_id is not null and new.parent_id is distinct from old.parent_id)
  execute function cms.check_page_tree();

-- A place has one page at most, the place before it has one too, and none follows a place that is empty. Said of every
-- place that a transaction has touched, this leaves no gap and no two pages in one place. It is looked at in the end,
-- since pages change places one by one.
create or replace function cms.check_page_place(tenant varchar, parent uuid, place int) returns void
  language plpgsql
  set search_path = pg_catalog
as $$
declare
  here int;
  beside int;
begin
  select count(*) into here from cms.pages p
    where p.tenant_id = tenant and p.sort_order = place and p.parent_id is not distinct from parent;
  select count(*) into beside from cms.pages p
    where p.tenant_id = tenant and p.parent_id is not distinct from parent
      and p.sort_order = case here when 0 then place + 1 else place - 1 end;
  if here > 1 or (here = 1 and place > 0 and beside = 0) or (here = 0 and beside > 0) then
    raise exception 'place % has % pages, the one beside it %', place, here, beside
      using errcode = '23514', constraint = 'pages_order';
  end if;
end $$;
revoke all on function cms.check_page_place(varchar, uuid, int) from public;
grant execute on function cms.check_page_place(varchar, uuid, int) to cdx_app;

create or replace function cms.check_page_order() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  perform cms.lock_pages(coalesce(new.tenant_id, old.tenant_id));
  if tg_op <> 'INSERT' then
    perform cms.check_page_place(old.tenant_id, old.parent_id, old.sort_order);
  end if;
  if tg_op <> 'DELETE' then
    perform cms.check_page_place(new.tenant_id, new.parent_id, new.sort_order);
  end if;
  return null;
end $$;
revoke all on function cms.check_page_order() from public;

do $$
begin
  create constraint trigger check_order after insert or delete or update of parent_id, sort_order on cms.pages
    deferrable initially deferred for each row execute function cms.check_page_order();
exception
  when duplicate_object then null;
end $$;

create or replace function cms.date_publication() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  new.published_at := now();
  return new;
end $$;
revoke all on function cms.date_publication() from public;

create or replace trigger date_publication before update of status on cms.pages
  for each row when (new.status = 'published' and old.status <> 'published')
  execute function cms.date_publication();
-- A page that makes room for another is not changed by that.
create or replace trigger touch_updated_at before update on cms.pages
  for each row when (new.sort_order = old.sort_order or new.parent_id is distinct from old.parent_id)
  execute function cms.touch_updated_at();

-- Who does not edit sees what is published, and the own drafts of former days.
alter table cms.pages enable row level security;
alter table cms.pages force row level security;
drop policy if exists reading on cms.pages;
create policy reading on cms.pages for select using (
  cms.sees_tenant(tenant_id) and (cms.is_editor() or author_id = cms.caller() or status = 'published')
);
drop policy if exists writing on cms.pages;
create policy writing on cms.pages for all using (cms.sees_tenant(tenant_id) and cms.is_editor());

grant select, insert, update, delete on cms.pages to cdx_app;

-- migrate:down
drop table if exists cms.pages;
drop function if exists cms.check_page_tree();
drop function if exists cms.check_page_order();
drop function if exists cms.check_page_place(varchar, uuid, int);
drop function if exists cms.date_publication();
drop function if exists cms.lock_pages(text);
drop type if exists cms.page_status;
