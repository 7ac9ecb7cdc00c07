import { canonicalJson, type Json } from "../../core/canonical-json.ts";
import { inChunks } from "../files/in-chunks.ts";
import { textField } from "../files/text-field.ts";
import type { FoundEntry } from "./open-entries.ts";

export const AUDIT_FORMATS = ["csv", "ndjson"] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** Entries as text, in the memory of a few. Cells of CSV are inert: no spreadsheet runs one as a formula. */
export const auditText = (format: AuditFormat, entries: AsyncIterable<FoundEntry>): AsyncGenerator<string> =>
  format === "csv"
    ? inChunks(`${COLUMNS.map(([name]) => name).join(",")}\r\n`, entries, csvRow)
    : inChunks("", entries, (entry) => `${JSON.stringify(entry)}\n`);

const json = (value: Json | null): string => (value === null ? "" : canonicalJson(value));

const COLUMNS: readonly (readonly [string, (entry: FoundEntry) => string])[] = [
  ["sequence", ({ sequence }) => String(sequence ?? "")],
  ["id", ({ id }) => id],
  ["happened_utc", ({ happenedAt }) => happenedAt],
  ["actor_kind", ({ actor }) => actor.kind],
  ["actor_id", ({ actor }) => actor.id ?? ""],
  ["actor", ({ actor }) => actor.name],
  ["address", ({ address }) => address ?? ""],
  ["impersonator", ({ impersonator }) => impersonator?.name ?? ""],
  ["action", ({ action }) => action],
  ["object_kind", ({ object }) => object.kind],
  ["object_id", ({ object }) => object.id ?? ""],
  ["object", ({ object }) => object.name],
  ["account_id", ({ accountId }) => accountId ?? ""],
  ["before", ({ before }) => json(before)],
  ["after", ({ after }) => json(after)],
  ["reason", ({ reason }) => reason ?? ""],
  ["security", ({ isSecurity }) => (isSecurity ? "yes" : "")],
];

const csvRow = (entry: FoundEntry): string => `${COLUMNS.map(([, value]) => textField(value(entry))).join(",")}\r\n`;
