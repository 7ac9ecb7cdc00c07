import { hash } from "node:crypto";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { moveFate } from "./arrived-row.ts";
import { lockCounts, recount } from "./file-store.ts";
import { quarantinedUnknown } from "./problems.ts";
import { correctQuarantined, decideQuarantined, listWaiting, type WaitingRow } from "./quarantine-store.ts";

/**
 * Gives a waiting row a corrected text, to be retried; the text as it came is kept. Errors: Problem
 * `quarantined-unknown`.
 */
export async function editQuarantined(
  db: Database,
  { id, raw, actor }: { readonly id: string; readonly raw: string; readonly actor: Actor },
): Promise<void> {
  await db.transaction("ingest", {}, async (tx) => {
    const row = await findWaiting(tx, actor.tenantId, id);
    await correctQuarantined(tx, { id, raw });
    const change = { before: digestOf(row.correctedRaw ?? row.raw), after: digestOf(raw) };
    await recordAudit(tx, actor, [{ action: "quarantine.edited", object: objectOf(row), ...change, reason: null }]);
  });
}

/**
 * Says that a waiting row is no call to be charged: it counts as non-billable from now on. Errors: Problem
 * `quarantined-unknown`.
 */
export async function dismissQuarantined(
  db: Database,
  { id, actor }: { readonly id: string; readonly actor: Actor },
): Promise<void> {
  const { tenantId } = actor;
  await db.transaction("ingest", {}, async (tx) => {
    await lockCounts(tx, (await findWaiting(tx, tenantId, id)).sourceId);
    const row = await findWaiting(tx, tenantId, id); // again: an import may have released it before the lock
    await decideQuarantined(tx, [id], "dismissed");
    if (!row.isPart) await recount(tx, new Map([[row.fileId, moveFate("quarantined", "non-billable")]]));
    const before = { code: row.code, ...digestOf(row.correctedRaw ?? row.raw) };
    await recordAudit(tx, actor, [
      { action: "quarantine.dismissed", object: objectOf(row), before, after: null, reason: null },
    ]);
  });
}

async function findWaiting(tx: Tx, tenantId: string, id: string): Promise<WaitingRow> {
  const [row] = await listWaiting(tx, { tenantId, ids: [id], limit: 1 });
  if (row === undefined) throw quarantinedUnknown({ id });
  return row;
}

const objectOf = ({ id, source, file, line }: WaitingRow) => {
  return { kind: "quarantined-row", id, name: `${source}, ${file} line ${line}` };
};

/** Both texts stay with the row. They may tell who called whom, which has no place in what can't be erased. */
const digestOf = (text: string) => ({ sha256: hash("sha256", text) });
