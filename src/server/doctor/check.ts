import type { BulkTx } from "../db/tx.ts";

/** Something that must hold between tables, as a search for where it does not. */
export interface Check {
  /** "balances": how the check is named in reports. */
  readonly name: string;
  /** What holds, as a sentence. */
  readonly holds: string;
  /** How many things were looked at. */
  readonly countSql: string;
  /** The places where it does not hold, one row each, described in `what`. */
  readonly differencesSql: string;
}

export interface CheckResult {
  readonly name: string;
  readonly holds: string;
  readonly ok: boolean;
  readonly looked: number;
  readonly differences: number;
  /** The first few, in no particular order. */
  readonly first: readonly string[];
}

const FIRST = 5;

/** Runs one check; the database does the work, whatever the size of the tables. */
export async function runCheck(tx: BulkTx, { name, holds, countSql, differencesSql }: Check): Promise<CheckResult> {
  const counted = await tx.query<{ looked: string }>(`select (${countSql}) as looked`);
  const found = await tx.query<{ what: string; differences: string }>(
    `select what, count(*) over () as differences from (${differencesSql}) as difference limit ${FIRST}`,
  );
  const differences = Number(found.rows[0]?.differences ?? 0);
  return {
    ...{ name, holds, ok: differences === 0, looked: Number(counted.rows[0]?.looked ?? 0), differences },
    first: found.rows.map(({ what }) => what),
  };
}
