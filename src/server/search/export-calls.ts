import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { nanosToSql } from "../../core/money/nanos.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { ArchivedRows } from "../archive/archived-rows.ts";
import type { Database } from "../db/database.ts";
import { inChunks } from "../files/in-chunks.ts";
import { replaceFile } from "../files/replace-file.ts";
import { textField } from "../files/text-field.ts";
import type { CallFilter } from "./call-filter.ts";
import { eachCall } from "./search-calls.ts";
import { callJson, payersCharge, type StoredCallView, vendorsCharge } from "./stored-call.ts";

export const CALL_EXPORT_FORMATS = ["csv", "ndjson"] as const;
export type CallExportFormat = (typeof CALL_EXPORT_FORMATS)[number];

/**
 * Writes all calls of a filter to a file, oldest first, in the memory of a few; answers how many.
 *
 * @throws Problem `export-not-written`.
 */
export async function exportCalls(
  db: Database,
  wanted: {
    readonly tenantId: string;
    readonly filter: CallFilter;
    readonly format: CallExportFormat;
    readonly path: string;
    readonly archive?: ArchivedRows | null;
    readonly onCalls?: (calls: number) => void;
  },
): Promise<number> {
  const { tenantId, filter, format, path, archive = null, onCalls } = wanted;
  let calls = 0;
  await replaceFile(path, async (part) => {
    async function* counted(): AsyncGenerator<StoredCallView> {
      for await (const call of eachCall(db, { tenantId, filter, archive })) {
        calls += 1;
        if (calls % PROGRESS_CALLS === 0) onCalls?.(calls);
        yield call;
      }
    }
    await pipeline(callsText(format, counted(), filter), createWriteStream(part));
  });
  return calls;
}

const PROGRESS_CALLS = 10_000;

/** Calls as the text of a file, in chunks: whoever reads them slowly makes the search wait. */
export const callsText = (
  format: CallExportFormat,
  calls: AsyncIterable<StoredCallView>,
  filter: CallFilter,
): AsyncGenerator<string> => TEXT_OF[format](calls, filter);

type Texts = (calls: AsyncIterable<StoredCallView>, filter: CallFilter) => AsyncGenerator<string>;

const TEXT_OF: Readonly<Record<CallExportFormat, Texts>> = {
  csv(calls, { service = "voice" }) {
    const columns = service === "voice" ? COLUMNS : [...COLUMNS, ...UNIT_COLUMNS];
    return inChunks(`${columns.map(([name]) => name).join(",")}\r\n`, calls, (call) => csvRow(columns, call));
  },
  ndjson: (calls) => inChunks("", calls, (call) => `${JSON.stringify(callJson(call))}\n`),
};

type Column = readonly [string, (call: StoredCallView) => string];

/** Of an export of messages or of data: what was used, and what of it is billed. */
const UNIT_COLUMNS: readonly Column[] = [
  ["service", ({ service = "voice" }) => service],
  ["quantity", ({ quantity }) => String(quantity ?? "")],
  ["billed", (call) => String(payersCharge(call)?.billedS ?? "")],
];

/** The columns of the CSV. `amount` is what the account that pays is charged, `cost` what the vendor is owed. */
const COLUMNS: readonly Column[] = [
  ["id", ({ id }) => id],
  ["source", ({ source }) => textField(source)],
  ["key", ({ key }) => textField(key)],
  ["leg", ({ leg }) => textField(leg)],
  ["call_id", ({ callId }) => textField(callId ?? "")],
  ["started_utc", ({ startedAt }) => time(startedAt)],
  ["answered_utc", ({ answeredAt }) => (answeredAt === null ? "" : time(answeredAt))],
  ["ended_utc", ({ endedAt }) => time(endedAt)],
  ["direction", ({ direction }) => direction],
  ["from", ({ from }) => textField(from)],
  ["to", ({ to }) => textField(to)],
  ["talked_s", ({ talkedS }) => String(talkedS)],
  ["q850", ({ q850 }) => String(q850 ?? "")],
  ["sip", ({ sip }) => String(sip ?? "")],
  ["cause", ({ causeText }) => textField(causeText ?? "")],
  ["account", ({ account }) => textField(account)],
  ["vendor", ({ vendor }) => textField(vendor ?? "")],
  ["ingress_trunk", ({ ingressTrunk }) => textField(ingressTrunk ?? "")],
  ["egress_trunk", ({ egressTrunk }) => textField(egressTrunk ?? "")],
  ["destination", (call) => textField(payersCharge(call)?.destination ?? "")],
  ["billed_s", (call) => (call.service === undefined ? String(payersCharge(call)?.billedS ?? "") : "")],
  ["amount", (call) => amount(payersCharge(call))],
  ["currency", (call) => payersCharge(call)?.currency ?? ""],
  ["cost", (call) => amount(vendorsCharge(call))],
  ["cost_currency", (call) => vendorsCharge(call)?.currency ?? ""],
  ["file", ({ file }) => textField(file ?? "")],
  ["line", ({ line }) => String(line)],
];

const csvRow = (columns: readonly Column[], call: StoredCallView): string =>
  `${columns.map(([, text]) => text(call)).join(",")}\r\n`;

const time = (at: EpochMs): string => toInstant(at).toString();

const amount = (charge: ReturnType<typeof payersCharge>): string =>
  charge === undefined ? "" : nanosToSql(charge.amount);
