-- What sessions of an account may do, whatever its money: openSessions, callS, daySpend, monthSpend; left out: no limit.
alter table accounts add column limits jsonb not null default '{}' check (jsonb_typeof(limits) = 'object');
