-- migrate:up
-- The heads of the chains of the audit log. A writer locks its chain's row until it commits, so that entries follow one
-- another; the log's own trigger moves the head.
create table if not exists audit_chains (
  chain varchar(50) collate utf8mb4_bin not null primary key,
  sequence bigint not null default 0,
  hash char(64) collate utf8mb4_bin not null default (repeat('0', 64))
) default character set utf8mb4 collate utf8mb4_unicode_ci;

-- migrate:down
drop table if exists audit_chains;
