-- Identities are copied, because `on conflict` of a staged batch takes almost twice as long, and COPY is refused to whom
-- row-level security binds: no longer their owner. Only the ingest role, which crosses tenants anyway, is granted
-- anything on them, and stays bound. Locks the table for a moment.
alter table usage_identities no force row level security;
drop policy owner_all on usage_identities;
