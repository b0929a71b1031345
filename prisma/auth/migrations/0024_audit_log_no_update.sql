-- migrate:up
-- Nobody changes what has been written, not even the owner of the table.
create trigger if not exists audit_log_no_update before update on audit_log for each row
  signal sqlstate '45000' set message_text = 'the audit log is only ever added to';

-- migrate:down
drop trigger if exists audit_log_no_update;
