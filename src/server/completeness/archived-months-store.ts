import type { Tx } from "../db/tx.ts";

/** Months (UTC, "2026-03") whose calls are not in the database but in the archive, or were deleted from it. */
export async function listMonthsAway(tx: Tx, tenantId: string): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ month: string }>(
    "select distinct to_char(month, 'YYYY-MM') as month from archives where tenant_id = $1 and state <> 'restored'",
    [tenantId],
  );
  return new Set(rows.map(({ month }) => month));
}

/** Of these months, those that were archived before their hours were kept. */
export async function listMonthsUncounted(tx: Tx, tenantId: string): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ month: string }>(
    `select distinct to_char(month, 'YYYY-MM') as month from archives a
     where tenant_id = $1 and state <> 'restored' and calls > 0
       and not exists (select from archived_hours h where h.archive_id = a.id)`,
    [tenantId],
  );
  return new Set(rows.map(({ month }) => month));
}

/** The month (UTC) of an instant. */
export const monthOf = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString().slice(0, "2026-03".length);
