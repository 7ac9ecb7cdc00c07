-- What the calls of archived parts come to by source, hour and trunk, so that every hour stays accounted for while they
-- are away: the counts that `usage_events` gave when they left. `duplicate`: the rows that stood for them, below 0.
create table archived_hours (
  tenant_id  uuid not null references tenants (id),
  archive_id uuid not null references archives (id),
  source_id  uuid not null references sources (id),
  hour       timestamptz not null,
  trunk      text not null,
  stored     bigint not null,
  duplicate  bigint not null,
  calls      bigint not null,
  answered   bigint not null,
  talked_s   bigint not null,
  primary key (archive_id, source_id, hour, trunk)
);
create index archived_hours_source on archived_hours (source_id, hour);
select protect('archived_hours', 'select');
