-- Records that switches send as syslog messages: they are written to a backlog on disk first, and this is how far each backlog is
-- stored, written in the transaction that stores the rows.
create table syslog_streams (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  -- A data folder has one backlog a source; processes with other folders have others.
  backlog_id uuid not null,
  -- Everything before this byte of this piece of the backlog is stored.
  segment bigint not null default 0,
  byte_offset bigint not null default 0,
  -- Messages with records that are stored; those of another program or without the marker; those that found the queue full, were
  -- too long or were cut off. The last two are counted now and then: a process that is killed forgets those of some seconds.
  messages bigint not null default 0,
  ignored bigint not null default 0,
  dropped bigint not null default 0,
  last_at timestamptz,
  primary key (source_id, backlog_id)
);
select protect('syslog_streams', 'select');
grant select, insert, update on syslog_streams to tollwright_ingest;
