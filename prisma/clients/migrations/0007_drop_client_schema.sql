-- migrate:up
-- Deletes the schema of an archived client and all that is in it, and notes in the registry that there is none: its
-- status is again `provisioning`. Without a schema it changes nothing. A client that the caller does not see is not
-- registered for them, as in create_client_schema.
create or replace function clients.drop_client_schema(client_id text) returns void
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  client_status clients.client_status;
begin
  if client_id is null or client_id !~ '^[a-z][a-z0-9_]{0,49}$' then
    raise exception 'a client id must match ^[a-z][a-z0-9_]{0,49}$' using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('clients.schema.' || client_id, 0));
  select c.status into client_status from clients.clients_info c
    where c.client_id = drop_client_schema.client_id and clients.sees_tenant(c.tenant_id)
    for update;
  if not found then
    raise exception 'client % is not registered', client_id using errcode = 'P0002';
  end if;
  if client_status not in ('archived', 'provisioning') then
    raise exception 'client % is %, not archived', client_id, client_status using errcode = '55006';
  end if;
  execute format('drop schema if exists %I cascade', 'client_' || client_id);
  update clients.clients_info c set status = 'provisioning'
    where c.client_id = drop_client_schema.client_id and c.status = 'archived';
end $$;

revoke all on function clients.drop_client_schema(text) from public;
grant execute on function clients.drop_client_schema(text) to cdx_app;

-- migrate:down
drop function if exists clients.drop_client_schema(text);
