-- A dead letter of charging is settled by somebody: decided after all, or discarded with a reason. It stays, with who did it.
alter table charging_dead_letters
  add column outcome text check (outcome in ('decided', 'discarded')),
  add column settled_at timestamptz,
  add column settled_by text,
  add column why text not null default '',
  add check ((outcome is null) = (settled_at is null) and (outcome is null) = (settled_by is null));
revoke delete on charging_dead_letters from tollwright_ingest;
grant update (outcome, settled_at, settled_by, why, reason, failed_at) on charging_dead_letters to tollwright_ingest;
