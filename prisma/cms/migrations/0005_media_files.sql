-- migrate:up
create table if not exists cms.media_files (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  filename varchar(255) not null,
  original_filename varchar(255) not null,
  mime_type varchar(100) not null,
  file_size bigint not null check (file_size > 0),
  -- Made by the application: never a text of a caller's.
  file_path varchar(255) not null
    constraint media_files_path_form check (file_path ~ '^[0-9a-f-]{36}/[0-9]{4}/[0-9]{2}/[0-9a-f-]{36}\.[a-z0-9]{1,5}$')
    constraint media_files_path unique,
  url varchar(2048) not null,
  alt_text varchar(1000),
  caption text,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  uploaded_by uuid not null,
  search tsvector not null generated always as (
    setweight(to_tsvector('english', coalesce(alt_text, '')), 'A')
    || setweight(to_tsvector('english', translate(original_filename, '._-', '   ')), 'B')
    || setweight(to_tsvector('english', coalesce(caption, '')), 'C')
  ) stored,
  created_at timestamptz(3) not null default now()
);

create index if not exists media_files_tenant_created on cms.media_files (tenant_id, created_at, id)
  include (file_size);
create index if not exists media_files_tenant_name on cms.media_files (tenant_id, original_filename, id);
create index if not exists media_files_tenant_size on cms.media_files (tenant_id, file_size, id);
create index if not exists media_files_tenant_type on cms.media_files (tenant_id, mime_type, id);
create index if not exists media_files_uploaded_by on cms.media_files (uploaded_by, created_at, id);
create index if not exists media_files_created_at on cms.media_files (created_at, id);
create index if not exists media_files_original_filename on cms.media_files (original_filename, id);
create index if not exists media_files_file_size on cms.media_files (file_size, id);
create index if not exists media_files_search on cms.media_files using gin (search);

alter table cms.media_files enable row level security;
alter table cms.media_files force row level security;
drop policy if exists reading on cms.media_files;
create policy reading on cms.media_files for select using (cms.sees_tenant(tenant_id));
drop policy if exists adding on cms.media_files;
create policy adding on cms.media_files for insert with check (
  cms.sees_tenant(tenant_id) and (cms.is_editor() or uploaded_by = cms.caller())
);
drop policy if exists changing on cms.media_files;
create policy changing on cms.media_files for update using (
  cms.sees_tenant(tenant_id) and (cms.is_editor() or uploaded_by = cms.caller())
);
-- Others' drafts may show it, which only editors see.
drop policy if exists deleting on cms.media_files;
create policy deleting on cms.media_files for delete using (cms.sees_tenant(tenant_id) and cms.is_editor());

grant select, insert, update, delete on cms.media_files to cdx_app;

-- Files on their way: who may send what, until when. Of the token that lets them there is only a hash.
create table if not exists cms.media_uploads (
  id uuid not null primary key,
  tenant_id varchar(50) not null,
  token_hash char(64) not null constraint media_uploads_token unique,
  original_filename varchar(255) not null,
  mime_type varchar(100) not null,
  file_size bigint not null check (file_size > 0),
  file_path varchar(255) not null constraint media_uploads_path unique,
  requested_by uuid not null,
  expires_at timestamptz(3) not null,
  created_at timestamptz(3) not null default now()
);

create index if not exists media_uploads_tenant on cms.media_uploads (tenant_id, id);
create index if not exists media_uploads_expires_at on cms.media_uploads (expires_at);

alter table cms.media_uploads enable row level security;
alter table cms.media_uploads force row level security;
drop policy if exists tenant on cms.media_uploads;
create policy tenant on cms.media_uploads using (
  cms.sees_tenant(tenant_id) and (cms.is_editor() or requested_by = cms.caller())
);

grant select, insert, update, delete on cms.media_uploads to cdx_app;

-- migrate:down
drop table if exists cms.media_uploads;
drop table if exists cms.media_files;
