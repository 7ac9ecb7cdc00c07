-- Other services than voice: short messages and data. Null columns are a call's, so that rows of calls are as they were.

-- What was used: messages, or octets up and down together; talked_s is 0 or the time that a data session was up.
alter table usage_events add column service text, add column quantity bigint;

-- What is billed of it, in the place of billed_s. Covered units are those of the parts.
alter table charges add column service text, add column quantity bigint;

alter table invoice_lines add column service text;

-- An account buys each service at a tariff of its own.
alter table account_tariffs add column service text not null default 'voice';
alter table account_tariffs drop constraint account_tariffs_pkey,
  add primary key (account_id, service, effective_from);

-- Octets that are used and granted do not fit 32 bits; seconds of calls are in the same columns. Of a switch's key there are
-- several sessions at a time where they are no calls, one a rating group: they are found by it. Null: a call.
alter table sessions alter column used_s type bigint, alter column granted_s type bigint, add column switch_key text;
create index sessions_switch_key on sessions (source_id, switch_key) where switch_key is not null;
