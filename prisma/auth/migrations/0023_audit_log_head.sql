-- migrate:up
-- An entry that does not follow its chain's head leaves the head behind, and the next one is refused by its sequence.
create trigger if not exists audit_log_head after insert on audit_log for each row
  update audit_chains c set c.sequence = new.sequence, c.hash = new.hash
  where c.chain = new.chain and c.sequence = new.sequence - 1 and c.hash = new.previous_hash;

-- migrate:down
drop trigger if exists audit_log_head;
