-- What a reader needs to compute a charge again, and how far the vendors' books follow the payers'.

-- rate: the price a minute that, times billed_s and with connect_fee, makes the amount (or tariff_amount); null where
-- none does: several rates priced the call, or a bound of its cost. connect_fee is null where there is none. Charges
-- from before this migration have the rate of their answer, and fees are in their amounts alone.
alter table charges alter rate drop not null, add connect_fee numeric;

-- Connect fees in the exact amount of usage, where it was priced in the invoice's currency.
alter table invoice_lines add connect_fees numeric(28, 9);

-- The cost in all journals of the payer's book up to this one is in vendor_accruals.
create table accrual_positions (
  tenant_id uuid not null,
  payer_book_id uuid primary key references books,
  covers_journal_number bigint not null
);
select protect('accrual_positions', 'select, insert, update');
