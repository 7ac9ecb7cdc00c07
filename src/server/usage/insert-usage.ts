import { calledText, callingText } from "../../core/numbering/stored-number.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { RowSink, UuidWords } from "../db/binary-copy.ts";
import type { Tx } from "../db/tx.ts";
import type { BatchOrigin, OriginOf } from "./batch-origin.ts";
import { cachedUuid } from "./cached-uuid.ts";
import type { PricedCall } from "./priced-call.ts";
import { writeRows } from "./write-rows.ts";

/** All columns of a usage event but those that the database works out. */
export const USAGE_COLUMNS = `tenant_id, source_id, batch_id, book_id, started_at, id, revision, account_id, line,
  call_key, leg, call_id, direction, calling, called, answered_at, ended_at, talked_ms, talked_s, account_code,
  sip_user, source_address, ingress_trunk, egress_trunk, vendor_account_id, q850, sip, cause_text, tech_prefix,
  routing_number, service, quantity`;

/**
 * Inserts usage events, whose identities this transaction has claimed or holds, and whose partitions are there.
 * `revisions`: how often a call has been corrected; a call that is not in it is new.
 */
export async function insertUsage(
  tx: Tx,
  originOf: OriginOf,
  calls: readonly PricedCall[],
  revisions: ReadonlyMap<PricedCall, number>,
): Promise<void> {
  await writeRows(
    tx,
    {
      table: "usage_events",
      columns: USAGE_COLUMNS,
      at: (call) => call.event.startedAt,
      write: (copy, call) => writeRow(copy, originOf(call.id), call, revisions.get(call) ?? 0),
    },
    calls,
  );
}

function writeRow(copy: RowSink, origin: BatchOrigin, call: PricedCall, revision: number): void {
  writeUsageHead(copy, origin, { id: call.id, bookId: call.bookId, startedAt: call.event.startedAt, revision });
  writeUsageEnd(copy, call);
}

/** The first columns, which only the batch knows that stores the call. */
export function writeUsageHead(
  copy: RowSink,
  { tenantId, sourceId, batchId }: BatchOrigin,
  call: {
    readonly id: string | UuidWords;
    readonly bookId: string;
    readonly startedAt: EpochMs;
    readonly revision: number;
  },
): void {
  copy.row(32);
  copy.uuid(cachedUuid(tenantId));
  copy.uuid(cachedUuid(sourceId));
  copy.int8(Number(batchId));
  copy.uuid(cachedUuid(call.bookId));
  copy.timestamptz(call.startedAt);
  copy.uuid(call.id);
  copy.int2(call.revision);
}

/** The other columns, which are known once a call has its price. */
export function writeUsageEnd(copy: RowSink, call: PricedCall): void {
  const { event } = call;
  copy.uuid(cachedUuid(call.accountId));
  copy.int8(call.line);
  copy.text(event.key);
  copy.text(event.leg);
  copy.text(event.callId);
  copy.text(event.direction);
  copy.text(callingText(event.calling));
  copy.text(calledText(event.called));
  copy.timestamptz(event.answeredAt);
  copy.timestamptz(event.endedAt);
  copy.int8(event.talkedMs);
  copy.int4(event.talkedS);
  copy.text(event.accountCode);
  copy.text(event.sipUser);
  copy.text(event.sourceAddress);
  copy.text(event.ingressTrunk);
  copy.text(event.egressTrunk);
  copy.uuid(call.vendorAccountId === null ? null : cachedUuid(call.vendorAccountId));
  copy.int2(event.cause.q850);
  copy.int2(event.cause.sip);
  copy.text(event.cause.text);
  copy.text(event.techPrefix);
  copy.text(event.routingNumber);
  copy.text(event.consumed?.service ?? null);
  copy.int8(event.consumed?.quantity ?? null);
}
