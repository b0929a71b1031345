-- migrate:up
-- The auth subgraph calls this on a schedule. It is not an EVENT of the server: those need the event scheduler, which
-- is off by default in MariaDB and in some hosted MySQL, and a privilege that an application's account seldom has.
-- Rows go a thousand at a time, so that nobody waits long for a lock. The answer is one row with both counts.
create procedure if not exists clean_up_expired()
  modifies sql data
  sql security invoker
begin
  declare now_at timestamp(3) default current_timestamp(3);
  declare deleted int default 0;
  declare sessions_deleted int default 0;
  declare tokens_deleted int default 0;
  repeat
    delete from sessions where expires_at <= now_at order by expires_at limit 1000;
    set deleted = row_count();
    set sessions_deleted = sessions_deleted + deleted;
  until deleted = 0 end repeat;
  repeat
    delete from auth_tokens where expires_at <= now_at order by expires_at limit 1000;
    set deleted = row_count();
    set tokens_deleted = tokens_deleted + deleted;
  until deleted = 0 end repeat;
  select sessions_deleted, tokens_deleted;
end;

-- migrate:down
drop procedure if exists clean_up_expired;
