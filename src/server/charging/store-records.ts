import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { SwitchCall } from "../../core/usage/switch-call.ts";
import type { LockedUnits } from "../allowance/locked-units.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import type { ArrivedRow, RowFate } from "../mediation/arrived-row.ts";
import { DailyLines } from "../mediation/daily-lines.ts";
import type { OpenedSource } from "../mediation/open-source.ts";
import { type LiveRows, storeLiveRows } from "../mediation/store-live-rows.ts";
import type { ChargeBatch } from "../usage/post-charges.ts";
import type { CallAttempt, ChargingAnswer } from "./charging-request.ts";
import { attemptOf, type ChargingBatch, type StopWork, usedBy, wholeTalkedMs } from "./charging-work.ts";
import { SESSION_PREAMBLE, sessionRecordOf } from "./session-record.ts";

/** What became of the records of ended sessions, in their order, and the charges to post, by source. */
export interface StoredRecords {
  readonly fates: readonly Extract<ChargingAnswer, { readonly kind: "closed" }>["fate"][];
  readonly charges: readonly (ChargeBatch & { readonly sourceId: string })[];
}

/**
 * Stores the records of sessions that end as any record of their sources that comes by itself: once for each identity,
 * whatever else tells of the call, and in quarantine where it has no price.
 */
export async function storeRecords(
  db: Database,
  tx: Tx,
  {
    batch,
    stops,
    units,
    at,
  }: {
    readonly batch: ChargingBatch;
    readonly stops: readonly StopWork[];
    readonly units: LockedUnits;
    readonly at: EpochMs;
  },
): Promise<StoredRecords> {
  if (stops.length === 0) return { fates: [], charges: [] };
  const bySource = [...Map.groupBy(stops, ({ request }) => request.sourceId)].sort(([a], [b]) => (a < b ? -1 : 1));
  const live: LiveRows[] = [];
  for (const [sourceId, ofSource] of bySource) {
    const charged = batch.sources.get(sourceId);
    invariant(charged, `source ${sourceId} is opened before its sessions end`);
    const { fileId, firstLine } = await linesOf(db).take(charged.source, { rows: ofSource.length, receivedAt: at });
    const rows = ofSource.map((stop, index) => ({ ...rowOf(stop), line: firstLine + index }));
    live.push({ source: charged.source, opened: receivedAt(charged.opened, at), fileId, rows });
  }
  const stored = await storeLiveRows(db, tx, live, { units, at });
  const fates = new Map<StopWork, RowFate>();
  for (const [place, [, ofSource]] of bySource.entries())
    for (const [index, stop] of ofSource.entries()) fates.set(stop, stored.fates[place]?.[index] ?? "quarantined");
  return {
    fates: stops.map((stop) => {
      const fate = fates.get(stop);
      invariant(fate !== undefined && fate !== "open", "a whole call is no part of one");
      return fate;
    }),
    charges: bySource.map(([sourceId], place) => {
      const ofSource = stored.charges[place];
      invariant(ofSource, "every source has its charges");
      return { ...ofSource, sourceId };
    }),
  };
}

/** Lines of session records that each process has, by database. */
const lines = new WeakMap<Database, DailyLines>();

function linesOf(db: Database): DailyLines {
  const known = lines.get(db) ?? new DailyLines(db, { way: "session", preamble: SESSION_PREAMBLE });
  lines.set(db, known);
  return known;
}

const receivedAt = (opened: OpenedSource, at: EpochMs): OpenedSource => ({
  ...opened,
  settings: { ...opened.settings, receivedAt: at },
  desk: { ...opened.desk, sanity: { ...opened.desk.sanity, receivedAt: at } },
});

/** The set-up may be by our own clock, and the rest by the switch's: it is never later than the call itself. */
function rowOf(stop: StopWork): ArrivedRow {
  const { request, session } = stop;
  const { reportedS, cause } = request;
  const { recordKey, handle: _handle, ...attempt } = attemptOf(stop);
  const key = request.recordKey ?? recordKey ?? attempt.key;
  const leg = request.recordLeg ?? attempt.leg;
  if (attempt.consumed !== undefined) return rowOfUnits(stop, { ...attempt, key, leg });
  const reportedMs = request.talkedMs === null ? null : wholeTalkedMs(request, session);
  const answeredAt = reportedMs === 0 ? null : (request.answeredAt ?? session?.answeredAt ?? null);
  const talkedMs = reportedMs ?? (answeredAt === null ? 0 : Math.max(0, request.endedAt - answeredAt));
  // Slices are rounded up one by one: what is paid is their sum, and the call ends where that ends.
  const fits = request.counted === "since-last-report" && answeredAt !== null;
  const endedAt = fits ? epochMs(answeredAt + talkedMs) : request.endedAt;
  const startedAt = epochMs(Math.min(attempt.startedAt, answeredAt ?? endedAt));
  const call: SwitchCall = {
    ...attempt,
    key,
    leg,
    startedAt,
    answeredAt,
    endedAt,
    talkedMs,
    reportedS,
    cause,
    part: null,
  };
  const outcome: ArrivedRow["outcome"] =
    request.talkedMs === null && answeredAt === null ? { kind: "reject", reject: NO_LENGTH } : { kind: "call", call };
  const row: ArrivedRow = { line: 0, raw: sessionRecordOf(call), outcome };
  return request.isGivenUp ? { ...row, isProvisional: true } : row;
}

/** What was used of another service than voice, from when it was asked for; nothing used is not answered. */
function rowOfUnits({ request, session }: StopWork, attempt: CallAttempt): ArrivedRow {
  const { startedAt, consumed } = attempt;
  invariant(consumed, "a session that is no call says of which service it is");
  const quantity = usedBy(request, session);
  const endedAt = epochMs(Math.max(startedAt, consumed.service === "sms" ? startedAt : request.endedAt));
  const call: SwitchCall = {
    ...attempt,
    consumed: { ...consumed, quantity },
    answeredAt: quantity === 0 ? null : startedAt,
    endedAt,
    talkedMs: quantity === 0 ? 0 : endedAt - startedAt,
    reportedS: null,
    cause: request.cause,
    part: null,
  };
  const row: ArrivedRow = { line: 0, raw: sessionRecordOf(call), outcome: { kind: "call", call } };
  return request.isGivenUp ? { ...row, isProvisional: true } : row;
}

const NO_LENGTH: Reject = {
  code: "answer-missing",
  what: "The switch told of the end of the call alone: neither how long it lasted nor when it was answered.",
  fix: "Have the switch report the length of calls, or their answer; give this record answeredAt and talkedMs, and retry it.",
};
