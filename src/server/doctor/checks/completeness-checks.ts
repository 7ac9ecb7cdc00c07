import type { Check } from "../check.ts";

/** Counts by hour and trunk are kept beside the counts of files: they must be parts of them. */
export const hoursAreInFiles: Check = {
  name: "rows by hour",
  holds:
    "The rows that hours count are rows of their file: known ones among stored and duplicate, open parts all of them.",
  countSql: "select count(*) from source_files where state = 'imported'",
  differencesSql: `
    with hours as (
      select file_id, sum(known) as known, sum(non_billable) as non_billable from row_hours group by 1),
    parts as (
      select file_id, count(*) filter (where state in ('stored', 'duplicate')) as known,
        count(*) filter (where state = 'non-billable') as non_billable, count(*) filter (where state = 'open') as open
      from call_parts group by 1)
    select format('file %s: %s known and %s non-billable rows and %s open parts in hours; %s stored, %s duplicate, '
      '%s non-billable, %s open', f.name, coalesce(h.known, 0) + coalesce(p.known, 0),
      coalesce(h.non_billable, 0) + coalesce(p.non_billable, 0), coalesce(p.open, 0), f.stored, f.duplicate,
      f.non_billable, f.open) as what
    from source_files f left join hours h on h.file_id = f.id left join parts p on p.file_id = f.id
    where f.state = 'imported' and (
      coalesce(h.known, 0) + coalesce(p.known, 0) > f.stored + f.duplicate
      or coalesce(h.non_billable, 0) + coalesce(p.non_billable, 0) > f.non_billable
      or coalesce(p.open, 0) <> f.open)`,
};
