-- Rows of a table that a pull has stored and will read again: a row that is committed late has a place before rows that were read
-- earlier, so each pull begins a little before the end of the last one, and these are the rows that it passes over there. How far
-- it has come in each table is pulls.cursor, written in the transaction that stores the rows.
create table pulled_rows (
  tenant_id uuid not null references tenants,
  pull_id uuid not null references pulls,
  table_name text collate "C" not null,
  -- Of the whole row as it was read, and of its number among equal ones: a row that was changed since is another.
  row_hash uuid not null,
  -- By the column that the pull goes by. Rows before the overlap are forgotten.
  position numeric(20) not null,
  primary key (pull_id, table_name, row_hash)
);
create index pulled_rows_position on pulled_rows (pull_id, table_name, position);
select protect('pulled_rows', 'select');
grant select, insert, delete on pulled_rows to tollwright_ingest;
grant select, update on pulls to tollwright_ingest;
