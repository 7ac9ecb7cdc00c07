-- The packages that an account had, as a hash, when it was last billed: where they are others by now, bounds of spend may
-- be others in any month that was billed.
alter table billing_positions add column spend_terms text;
