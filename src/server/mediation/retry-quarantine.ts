import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { noteRows } from "../completeness/note-rows.ts";
import type { Database } from "../db/database.ts";
import { loadRatingContext } from "../rating/rating-context.ts";
import type { ArrivedRow, RowFate } from "./arrived-row.ts";
import { openSource } from "./open-source.ts";
import { listWaiting, type QuarantineFilter, type WaitingRow } from "./quarantine-store.ts";
import { readAgain } from "./read-again.ts";
import type { Source } from "./source.ts";
import { listSources } from "./source-store.ts";
import { ALONE, storeBatch } from "./store-batch.ts";

/** What a retry did with the rows it was asked for. */
export interface RetryResult {
  readonly tried: number;
  /** Rows by their new fate; those that wait on are `quarantined`. */
  readonly fates: Readonly<Record<RowFate, number>>;
}

const NO_FATES: Record<RowFate, number> = {
  stored: 0,
  duplicate: 0,
  corrected: 0,
  "non-billable": 0,
  quarantined: 0,
  open: 0,
};

/** Rows of one file that are retried in one transaction. */
const RETRY_ROWS = 1_000;

/**
 * Reads waiting rows again under today's settings, as if they had just arrived in their files: what can be used now is
 * stored and leaves quarantine, the rest waits on with its newest reason. `tenantId` of the filter is whose rows they
 * are.
 */
export async function retryQuarantine(db: Database, filter: QuarantineFilter, actor: Actor): Promise<RetryResult> {
  const { tenantId } = filter;
  const { waiting, sources, rating } = await db.transaction("app", { tenantId }, async (tx) => ({
    waiting: await listWaiting(tx, filter),
    sources: new Map((await listSources(tx, tenantId)).map((source) => [source.id, source])),
    rating: await loadRatingContext(tx, tenantId, null),
  }));
  const fates = { ...NO_FATES };
  for (const ofFile of Map.groupBy(waiting, (row) => row.fileId).values()) {
    const source = sources.get(ofFile[0]?.sourceId ?? "");
    if (source === undefined) continue;
    for (let from = 0; from < ofFile.length; from += RETRY_ROWS) {
      const rows = ofFile.slice(from, from + RETRY_ROWS);
      for (const fate of await retryRows(db, source, rating, rows)) fates[fate] += 1;
    }
  }
  await db.transaction("app", { tenantId }, (tx) =>
    recordAudit(tx, actor, [
      {
        action: "quarantine.retried",
        object: { kind: "quarantine", id: null, name: "quarantine" },
        before: { waiting: waiting.length },
        after: auditJson(fates),
        reason: null,
      },
    ]),
  );
  return { tried: waiting.length, fates };
}

async function retryRows(
  db: Database,
  source: Source,
  rating: Parameters<typeof openSource>[1],
  waiting: readonly WaitingRow[],
): Promise<readonly RowFate[]> {
  const [first] = waiting;
  if (first === undefined) return [];
  const opened = openSource(source, rating, first.receivedAt);
  const { fileId } = first;
  const file = { tenantId: source.tenantId, sourceId: source.id, fileId };
  const rows = waiting.map((row): ArrivedRow => {
    const raw = row.correctedRaw ?? row.raw;
    const outcome = readAgain(opened.format, opened.settings, { preamble: row.preamble, raw });
    return {
      line: row.line,
      raw,
      knownAs: row.rawHash,
      outcome: outcome ?? { kind: "non-billable", why: "the text holds no record" },
    };
  });
  const { fates } = await storeBatch(db, {
    source,
    opened,
    fileId,
    kind: "retry",
    rows,
    turn: ALONE,
    onFates: (tx, all) => noteRows(tx, [{ file, rows, fates: all }]),
  });
  return fates;
}
