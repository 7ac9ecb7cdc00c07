-- Resellers' money: agents, who sells on commission; brands, under which resellers bill; payments of invoices; and what
-- agents have earned.

-- agent: a party between a seller and its customers that is charged nothing, and earns a share of what is sold past it.
alter table accounts drop constraint accounts_kind_check;
alter table accounts
  add constraint accounts_kind_check check (kind in ('customer', 'reseller', 'agent', 'vendor')),
  -- What a reseller's customers see of it: identity, looks, number series. Empty: its letterhead's.
  add brand jsonb not null default '{}' check (jsonb_typeof(brand) = 'object'),
  -- What becomes of the calls below an account that is out of credit; null: they are ended, and none begins.
  add when_credit_ends text check (when_credit_ends in ('refuse-calls', 'go-on')),
  -- From when on months count in which somebody earns on this account; null: since it was made.
  add customer_since date,
  -- What an agent earns on what is sold past it.
  add commission jsonb check (jsonb_typeof(commission) = 'object');

-- Who sells; null: the operator. Numbers are unique with their seller.
alter table invoices add seller_account_id uuid references accounts;

-- Money that came for an invoice, or went back (below zero). The journal's key says which payment it is.
create table invoice_payments (
  tenant_id uuid not null,
  book_id uuid not null references books,
  account_id uuid not null references accounts,
  invoice_id uuid not null,
  reference text not null check (reference <> ''),
  amount numeric(28, 9) not null check (amount <> 0),
  effective_date date not null,
  journal_number bigint not null,
  booked_at timestamptz not null default now(),
  primary key (book_id, account_id, reference)
);
create index invoice_payments_invoice on invoice_payments (book_id, invoice_id);
select protect('invoice_payments', 'select, insert');
grant select on invoice_payments to tollwright_ingest;

-- What the calls of an invoice brought its seller and cost it, by day and destination: read once from the charges, which
-- may be in the archive when a payment comes. Costs are nobody's business but the operator's: no grant to requests.
create table commission_bases (
  tenant_id uuid not null,
  book_id uuid not null references books,
  invoice_id uuid not null,
  line integer not null,
  kind text not null check (kind in ('revenue', 'cost')),
  -- On the payer's clock.
  day date not null,
  service text not null,
  prefix text collate "C" not null,
  destination text not null,
  currency text not null,
  amount numeric(28, 9) not null,
  primary key (book_id, invoice_id, line)
);
alter table commission_bases enable row level security;
alter table commission_bases force row level security;
create policy ingest_all on commission_bases to tollwright_ingest using (true) with check (true);
create policy owner_all on commission_bases to tollwright_owner using (true) with check (true);
grant select, insert on commission_bases to tollwright_ingest;

-- Whose bases are read, also where there are none.
create table commission_invoices (
  tenant_id uuid not null,
  book_id uuid not null references books,
  invoice_id uuid not null,
  read_at timestamptz not null default now(),
  primary key (book_id, invoice_id)
);
alter table commission_invoices enable row level security;
alter table commission_invoices force row level security;
create policy ingest_all on commission_invoices to tollwright_ingest using (true) with check (true);
create policy owner_all on commission_invoices to tollwright_owner using (true) with check (true);
grant select, insert on commission_invoices to tollwright_ingest;

-- What agents were credited, and had taken back. Append-only: an entry is what should be less what was booked, for an
-- agent, an invoice, a rule and its percentage.
create table commission_entries (
  tenant_id uuid not null,
  book_id uuid not null references books,
  -- The agent.
  account_id uuid not null references accounts,
  number bigint not null,
  -- First day of the month whose statement it is on.
  period date not null,
  kind text not null check (kind in ('earned', 'correction', 'clawback')),
  payer_account_id uuid not null references accounts,
  invoice_id uuid not null,
  rule text not null,
  of text not null check (of in ('revenue', 'margin')),
  percent numeric not null,
  -- What the percentage is of, as it stood then, in the agent's currency, and how much of it counted by then.
  base numeric(28, 9) not null,
  counted numeric(28, 9) not null,
  currency text not null,
  amount numeric(28, 9) not null,
  journal_number bigint not null,
  booked_at timestamptz not null default now(),
  primary key (book_id, account_id, number)
);
create index commission_entries_period on commission_entries (tenant_id, period);
select protect('commission_entries', 'select');
grant select, insert on commission_entries to tollwright_ingest;

-- Below the operator: an agent sees what it earned and on whom, and everybody what was paid for invoices of theirs.
select protect_by_account('invoice_payments');
select protect_by_account('commission_entries');
