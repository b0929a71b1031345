-- migrate:up
-- Ways of data that the graph cannot know. What the supergraph knows is read from it.
create table if not exists platform.data_lineage (
  id uuid not null primary key,
  source_service varchar(100) not null,
  source_type varchar(255) not null,
  target_service varchar(100) not null,
  target_field varchar(255) not null,
  relation varchar(50) not null,
  description text,
  unique (source_service, source_type, target_service, target_field, relation)
);

create index if not exists data_lineage_source_type on platform.data_lineage (source_type, id);
create index if not exists data_lineage_target on platform.data_lineage (target_service, target_field, id);
create index if not exists data_lineage_target_field on platform.data_lineage (target_field, id);
create index if not exists data_lineage_relation on platform.data_lineage (relation, id);

alter table platform.data_lineage enable row level security;
alter table platform.data_lineage force row level security;
drop policy if exists platform on platform.data_lineage;
create policy platform on platform.data_lineage using (platform.acts_for_platform());

grant select, insert, update (description), delete on platform.data_lineage to cdx_app;

-- migrate:down
drop table if exists platform.data_lineage;
