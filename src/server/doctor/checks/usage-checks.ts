import type { Check } from "../check.ts";

export const filesAddUp: Check = {
  name: "files",
  holds: "In every file rows = stored + duplicate + non-billable + quarantined + open, none below zero.",
  countSql: "select count(*) from source_files",
  differencesSql: `
    select format('file %s: %s rows, %s stored, %s duplicate (%s corrected), %s non-billable, %s quarantined, %s open',
      name, rows, stored, duplicate, corrected, non_billable, quarantined, open) as what
    from source_files
    where rows <> stored + duplicate + non_billable + quarantined + open
      or least(rows, stored, duplicate, non_billable, quarantined, open, corrected, duplicate - corrected) < 0`,
};

export const identitiesHaveEvents: Check = {
  name: "identities",
  holds: "Every identity points at a stored usage event, or is one of as many as the archive has of its month.",
  countSql: "select count(*) from usage_identities",
  differencesSql: `
    with missing as materialized (
      select i.id, i.book_id, i.started_at, b.tenant_id, date_trunc('month', i.started_at at time zone 'UTC')::date as month
      from usage_identities i left join books b on b.id = i.book_id
      where not exists (
        select from usage_events u where u.book_id = i.book_id and u.started_at = i.started_at and u.id = i.id)
    ), archived as (
      select tenant_id, month, sum(calls) as calls from archives where state = 'archived' group by 1, 2
    )
    select format('identity %s points at book %s, %s, where no usage event is', id, book_id, started_at) as what
    from missing m
    where not exists (select from archived a where a.tenant_id = m.tenant_id and a.month = m.month)
    union all
    select format('tenant %s: %s identities of %s have no usage event, and the archive has %s', a.tenant_id,
      coalesce(m.calls, 0), to_char(a.month, 'YYYY-MM'), a.calls)
    from archived a left join (select tenant_id, month, count(*) as calls from missing group by 1, 2) m
      on m.tenant_id = a.tenant_id and m.month = a.month
    where coalesce(m.calls, 0) <> a.calls`,
};

export const eventsHaveIdentities: Check = {
  name: "usage events",
  holds: "Every usage event is where its identity points, so none is stored twice.",
  countSql: "select count(*) from usage_events",
  differencesSql: `
    select format('usage event %s of book %s, %s, is not where its identity points', u.id, u.book_id,
      u.started_at) as what
    from usage_events u
    where not exists (
      select from usage_identities i where i.id = u.id and i.book_id = u.book_id and i.started_at = u.started_at)`,
};

export const chargesHaveEvents: Check = {
  name: "charges",
  holds: "Every charge that was not taken back belongs to a usage event answered at its time.",
  countSql: "select count(*) from charges",
  differencesSql: `
    select format('charge %s of usage event %s, book %s, has no usage event', c.entry_no, c.usage_id, c.book_id) as what
    from charges c
    where c.reverses_entry_no is null
      and not exists (
        select from usage_events u where u.book_id = c.book_id and u.id = c.usage_id and u.answered_at = c.answered_at)
      and not exists (
        select from charges r where r.book_id = c.book_id and r.answered_at = c.answered_at and r.usage_id = c.usage_id
          and r.reverses_entry_no is not null and r.reverses_entry_no = c.entry_no)`,
};

export const reversalsMirror: Check = {
  name: "reversals",
  holds: "Every reversal takes back one charge whole, and no charge is taken back twice.",
  countSql: "select count(*) from charges where reverses_entry_no is not null",
  differencesSql: `
    select format('reversal %s of usage event %s, book %s, does not mirror charge %s', r.entry_no, r.usage_id,
      r.book_id,
      r.reverses_entry_no) as what
    from charges r
    left join charges c on c.book_id = r.book_id and c.answered_at = r.answered_at and c.usage_id = r.usage_id
      and c.entry_no = r.reverses_entry_no and c.reverses_entry_no is null
    where r.reverses_entry_no is not null and (c.amount, c.account_id, c.side, c.currency)
      is distinct from (-r.amount, r.account_id, r.side, r.currency)
    union all
    select format('charge %s of usage event %s, book %s, is taken back %s times', reverses_entry_no, usage_id,
      book_id, count(*))
    from charges where reverses_entry_no is not null
    group by book_id, answered_at, usage_id, reverses_entry_no having count(*) > 1`,
};

export const chargesAreBooked: Check = {
  name: "batches",
  holds: "Every batch of charges has one usage journal in its book, whose number puts it on an invoice.",
  countSql: "select count(*) from journals where kind = 'usage'",
  differencesSql: `
    select format('charges of batch %s in book %s have %s usage journals', c.batch_id, c.book_id,
      coalesce(j.journals, 0)) as what
    from (select book_id, batch_id, min(answered_at) as first_answered_at from charges group by 1, 2) c
    left join (
      select book_id, batch_id, count(*) as journals, min(first_answered_at) as first_answered_at
      from journals where kind = 'usage' group by 1, 2
    ) j using (book_id, batch_id)
    where j.journals is distinct from 1 or j.first_answered_at > c.first_answered_at`,
};

export const surchargesAddUp: Check = {
  name: "surcharges",
  holds:
    "Of every charge of a call with surcharges they are what is left of it beside rate and fee, to the last decimal of its tariff.",
  countSql: "select count(*) from charges",
  // A rate a minute is stored with 9 decimals at least; what that leaves out of a call of a day is below a millionth.
  differencesSql: `
    with surcharged as materialized (
      select c.*, abs(coalesce(tariff_amount, amount)) as paid, (
          select sum((p ->> 'amount')::numeric) from jsonb_array_elements(parts) p where p ->> 'kind' = 'surcharge'
        ) as surcharges, exists (
          select from jsonb_array_elements(parts) p where p ->> 'paid' is not null) as credited
      from charges c where service is null and parts @? '$[*] ? (@.kind == "surcharge")'
    )
    select format('charge %s of usage event %s, book %s: %s, with surcharges of %s', entry_no, usage_id, book_id, paid,
      surcharges) as what
    from surcharged s
    left join lateral (
      select (terms ->> 'decimals')::integer as decimals from tariff_versions v
      where v.tariff_id = s.tariff_id and v.epoch <= s.tariff_epoch order by v.number desc limit 1
    ) v on true
    where (surcharges > paid and not credited)
      or (rate is not null and abs(paid - surcharges - coalesce(connect_fee, 0) - rate * (billed_s - covered_s) / 60)
        > power(10::numeric, -v.decimals) + 0.000001)`,
};
