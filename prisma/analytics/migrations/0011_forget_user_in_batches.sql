-- migrate:up
drop function if exists analytics.forget_user_in_events(uuid);

-- Takes a user from at most so many events, of any tenants, with the address and the program that they came from; answers
-- how many it has found: fewer when no more are left. It runs as the owner, since the application has no right to change an
-- event, and for the product itself alone. The metrics that have been counted stay. Events are found in an index's order
-- and changed one by one, by their key: joined, all events there are would be read for each batch.
create or replace function analytics.forget_user_in_events(forgotten uuid, most int) returns int
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  event record;
  events int := 0;
begin
  if current_setting('app.role', true) is distinct from 'system' then
    raise exception 'only the product itself forgets a user' using errcode = '42501';
  end if;
  for event in
    select id, created_at from analytics.events where user_id = forgotten order by created_at, id limit most
  loop
    update analytics.events e set user_id = null, ip_address = null, user_agent = null
      where e.id = event.id and e.created_at = event.created_at;
    events := events + 1;
  end loop;
  return events;
end $$;

revoke all on function analytics.forget_user_in_events(uuid, int) from public;
grant execute on function analytics.forget_user_in_events(uuid, int) to cdx_app;

-- migrate:down
drop function if exists analytics.forget_user_in_events(uuid, int);

create or replace function analytics.forget_user_in_events(forgotten uuid) returns int
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  forgot int;
begin
  if current_setting('app.role', true) is distinct from 'system' then
    raise exception 'only the product itself forgets a user' using errcode = '42501';
  end if;
  update analytics.events set user_id = null, ip_address = null, user_agent = null where user_id = forgotten;
  get diagnostics forgot = row_count;
  return forgot;
end $$;

revoke all on function analytics.forget_user_in_events(uuid) from public;
grant execute on function analytics.forget_user_in_events(uuid) to cdx_app;
