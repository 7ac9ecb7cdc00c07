import type { Reject } from "../../core/reject.ts";
import { WHOLE_LINES } from "../csv/dialect.ts";
import { CSV_LIMITS, CsvTokenizer } from "../csv/tokenizer.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import { RAW_TEXT_MAX, type RowOutcome } from "../decoder.ts";
import { TextRow } from "../row.ts";
import { decodeText } from "../text/encoding.ts";
import type { Fields, Slots } from "./fields.ts";
import { type JsonPiece, JsonSplitter } from "./json-splitter.ts";
import type { JsonLayout } from "./layout.ts";
import { faultReject } from "./record-faults.ts";
import { RecordIdentities } from "./record-identity.ts";
import type { RowRules } from "./row-rules.ts";

/** Decodes JSON by a mapping: a list of records, documents one after the other, or one document a line. */
export class JsonDecoder extends CuttingDecoder {
  protected readonly cutter: CsvTokenizer | JsonSplitter;
  readonly #rules: RowRules;
  readonly #fields: JsonFields;
  #endOffset = 0;

  constructor(layout: JsonLayout, slots: Slots, rules: RowRules) {
    super();
    this.#rules = rules;
    this.#fields = new JsonFields(slots);
    this.cutter = layout.framing === "lines" ? this.#lines() : this.#documents(layout);
  }

  protected override atEnd(): void {
    const source = this.cutter;
    if (source instanceof JsonSplitter && source.isInDocument) this.#add(source, "", this.#rules.reject(CUT_OFF));
    else if (source.offset > this.#endOffset) this.#add(source, "", { kind: "framing", what: "trailer" });
    const last = this.#rules.atEnd();
    if (last !== null) this.#add(source, "", last);
  }

  #add({ line, offset }: { line: number; offset: number }, raw: string, outcome: RowOutcome): void {
    this.#endOffset = offset;
    this.add(new TextRow(line, offset, raw, outcome, this.#rules.sequence));
  }

  #lines(): CsvTokenizer {
    return new CsvTokenizer(WHOLE_LINES, "utf-8", (record) => {
      const { line, endOffset: offset } = record;
      const raw = record.rawText();
      if (record.fault !== null) this.#add({ line, offset }, raw, this.#rules.reject(faultReject(record.fault)));
      else if (record.isBlank) this.#add({ line, offset }, raw, { kind: "framing", what: "blank" });
      else this.#add({ line, offset }, raw, this.#judge(record.field(0)));
    });
  }

  #documents({ records }: JsonLayout): JsonSplitter {
    return new JsonSplitter(records, CSV_LIMITS.recordBytesMax, (piece) => {
      const text = decodeText(piece.bytes, "utf-8");
      const { line, endOffset: offset } = piece;
      this.#add({ line, offset }, text.slice(0, RAW_TEXT_MAX), this.#judgePiece(piece, text));
    });
  }

  #judgePiece({ fault }: JsonPiece, text: string): RowOutcome {
    if (fault === "too-long") return this.#rules.reject(faultReject("record-too-long"));
    if (fault === "broken") return this.#rules.reject(notJson("its brackets or quotes do not match"));
    return this.#judge(text);
  }

  #judge(text: string): RowOutcome {
    let document: unknown;
    try {
      document = JSON.parse(text, keepExact);
    } catch (error) {
      return this.#rules.reject(notJson(error instanceof Error ? error.message : String(error)));
    }
    if (typeof document !== "object" || document === null || Array.isArray(document))
      return this.#rules.reject(notJson("it is no object"));
    return this.#rules.judge(this.#fields.at(document, text), null, null);
  }
}

/** Numbers stay as they were written: identifiers are longer than a double is exact, and 1.10 is not 1.1. */
const keepExact = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" ? (context?.source ?? String(value)) : value;

class JsonFields implements Fields {
  readonly #paths: readonly string[];
  readonly #identities = new RecordIdentities();
  #document: object = {};
  #text = "";
  #identity: string | null = null;

  constructor(slots: Slots) {
    this.#paths = slots.all.map(({ ref }) => String(ref));
  }

  at(document: object, text: string): this {
    this.#document = document;
    this.#text = text;
    this.#identity = null;
    return this;
  }

  text(slot: number): string {
    const value = valueAt(this.#document, this.#paths[slot] as string);
    if (typeof value === "string") return value;
    return typeof value === "boolean" ? String(value) : "";
  }

  identity(): string {
    this.#identity ??= this.#identities.next(this.#text);
    return this.#identity;
  }
}

/** The value at "variables.uuid" or "callflow.0.caller"; a key that holds dots itself is found first. Own keys only. */
function valueAt(container: unknown, path: string): unknown {
  if (typeof container !== "object" || container === null) return undefined;
  if (Object.hasOwn(container, path)) return (container as Record<string, unknown>)[path];
  const dot = path.indexOf(".");
  if (dot < 0) return undefined;
  const key = path.slice(0, dot);
  if (!Object.hasOwn(container, key)) return undefined;
  return valueAt((container as Record<string, unknown>)[key], path.slice(dot + 1));
}

const notJson = (reason: string): Reject => ({
  code: "record-not-json",
  what: `The record cannot be read as JSON: ${reason.slice(0, 200)}.`,
  fix: "Correct the record and retry; if all records of this source are so, choose another format or layout.",
});

const CUT_OFF: Reject = {
  code: "record-not-json",
  what: "The file ends before its JSON does: brackets are still open.",
  fix: "The file was cut off: fetch it again from the switch. Records before this point were read.",
};
