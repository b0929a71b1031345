-- migrate:up
-- Takes a user from the events of all tenants, with the address and the program that they came from; answers how many
-- events that were. It runs as the owner, since the application has no right to change an event, and for the product
-- itself alone. The metrics that have been counted stay.
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

-- Row-level security is forced, so it binds the owner too. Partitions need none: events are changed by the whole alone.
drop policy if exists forgetting on analytics.events;
create policy forgetting on analytics.events for update using (current_setting('app.role', true) = 'system');

-- migrate:down
drop policy if exists forgetting on analytics.events;
drop function if exists analytics.forget_user_in_events(uuid);
