-- Ways in that fetch records: from file servers, databases and buckets, by a schedule.

-- One pull of a source, by the name that the source's settings give it. What it fetches stands in those settings; this
-- is how far it has come.
create table pulls (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  source_id uuid not null references sources,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  -- The process that runs it ("host/process/nonce"), for as long as it says so again in time.
  holder text,
  held_until timestamptz,
  started_at timestamptz,
  succeeded_at timestamptz,
  next_at timestamptz not null default now(),
  -- Runs that failed since the last that did not, and why the newest one did.
  failures integer not null default 0,
  problem_code text,
  problem_text text,
  -- Where a pull that reads a table or a stream reads on.
  cursor jsonb,
  -- The server's key, where it was trusted on first use.
  pinned text,
  unique (source_id, name),
  check ((holder is null) = (held_until is null)),
  check ((failures = 0) = (problem_text is null))
);
select protect('pulls', 'select, insert, update');

-- What a pull has seen on its server, so that it fetches each file once and never one that is being written.
create table pulled_files (
  tenant_id uuid not null references tenants,
  pull_id uuid not null references pulls,
  path text collate "C" not null,
  size_bytes bigint not null,
  -- The file's time or tag as the server lists it: compared, never understood.
  stamp text not null,
  -- Since when it has had this size and stamp.
  seen_at timestamptz not null,
  -- waiting: to be fetched. imported: the server's file is still to be moved away. refused: no try can mend it.
  state text not null check (state in ('waiting', 'imported', 'done', 'refused')),
  sha256 text,
  -- Of a file that is appended to: how much of it is imported, and the digest of the end of that.
  bytes_done bigint not null default 0,
  end_sha256 text,
  failures integer not null default 0,
  not_before timestamptz,
  problem_code text,
  problem_text text,
  -- It has not been listed since.
  gone_at timestamptz,
  primary key (pull_id, path)
);
select protect('pulled_files', 'select, insert, update, delete');
