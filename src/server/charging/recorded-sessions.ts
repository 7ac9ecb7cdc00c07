import type { Nanos } from "../../core/money/nanos.ts";
import { epochMs } from "../../core/time/epoch.ts";
import { LockedUnits } from "../allowance/locked-units.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Tx } from "../db/tx.ts";
import { usageIdentity } from "../usage/identity.ts";
import { DEFAULT_POLICY } from "./charging-work.ts";
import { lockHolds, saveHolds } from "./hold-store.ts";
import { releaseHolds } from "./release-holds.ts";
import type { Session } from "./session.ts";
import { databaseNow, hasOpenSessions, lockRecorded, type PaidBy, updateSessions } from "./session-store.ts";

/** Records of calls that came another way than with the stops of their sessions: in a file, in a post. */
export interface ComeRecords extends PaidBy {
  readonly tenantId: string;
  /** The switch's own keys and legs; asked for only where a session may be open. */
  readonly records: () => readonly { readonly key: string; readonly leg: string }[];
}

/**
 * Ends the open sessions whose records have come: a record says that its call is over. Answers what they held, by
 * account. The stop that comes later finds the record there. Last but the postings in the transaction that stores the
 * records; a session that is being decided at this moment is left to that, so that nobody waits for it.
 */
export async function endRecorded(
  tx: Tx,
  { tenantId, records: recordsOf, ...paidBy }: ComeRecords,
): Promise<ReadonlyMap<string, Nanos>> {
  if (paidBy.accountIds.length === 0 || !(await hasOpenSessions(tx, paidBy))) return NOTHING;
  const records = recordsOf();
  const ids = records.map(({ key, leg }) => uuidText(usageIdentity(paidBy.sourceId, key, leg)));
  const sessions = await lockRecorded(tx, paidBy, { ids, keys: records.map(({ key }) => key) });
  if (sessions.length === 0) return NOTHING;
  const holding = sessions.flatMap(({ id: recordId, payer, holds }) =>
    payer === null ? [] : [{ bookId: payer.bookId, recordId, units: holds.flatMap(({ units }) => units) }],
  );
  const units = new LockedUnits(tenantId, holding);
  await units.lock(tx);
  const held = await lockHolds(tx, sessions.flatMap(accountsOf));
  const released = releaseHolds(held, sessions);
  for (const { recordId, bookId } of holding) units.release(recordId, bookId);
  await saveHolds(tx, held.values());
  await units.save(tx);
  const expiresAt = epochMs((await databaseNow(tx)) + DEFAULT_POLICY.rememberS * 1_000);
  const ended = sessions.map((session): Session => ({ ...session, state: "closed", holds: [], expiresAt }));
  await updateSessions(tx, ended);
  return released;
}

const NOTHING: ReadonlyMap<string, Nanos> = new Map();

const accountsOf = ({ tenantId, payer, holds }: Session) =>
  payer === null ? [] : holds.map(({ accountId }) => ({ tenantId, bookId: payer.bookId, accountId }));
