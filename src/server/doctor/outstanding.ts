import { countOpenAlarms } from "../completeness/find-alarms.ts";
import type { BulkTx } from "../db/tx.ts";
import { countUnpostedCost } from "../ledger/accrue-vendors.ts";

/** Work that waits for somebody; no fault. */
export interface Outstanding {
  /** Parts of calls that wait for the rest. */
  readonly openParts: number;
  /** Rows in quarantine that wait for a decision. */
  readonly waitingRows: number;
  /** Charging requests of an outage that could not be decided afterwards: `tollwright session dead-letter list`. */
  readonly deadLetters: number;
  /** Days of cost that the vendors' own books do not have yet: `tollwright vendor accrue`. */
  readonly unpostedCostDays: number;
  /** Alarms that nobody has acknowledged: `tollwright alarm list`. */
  readonly alarms: number;
}

export async function loadOutstanding(tx: BulkTx): Promise<Outstanding> {
  const { rows } = await tx.query<{ open_parts: string; waiting_rows: string; dead_letters: string }>(
    `select (select count(*) from call_parts where state = 'open') as open_parts,
       (select count(*) from quarantine where state = 'waiting') as waiting_rows,
       (select count(*) from charging_dead_letters where outcome is null) as dead_letters`,
  );
  const [row] = rows;
  return {
    openParts: Number(row?.open_parts),
    waitingRows: Number(row?.waiting_rows),
    deadLetters: Number(row?.dead_letters),
    unpostedCostDays: await countUnpostedCost(tx),
    alarms: await countOpenAlarms(tx),
  };
}
