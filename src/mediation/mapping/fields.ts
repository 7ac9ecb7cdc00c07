import type { Reject } from "../../core/reject.ts";
import type { JsonNode } from "./json-node.ts";

/** What a mapping can ask of a record, whatever the file's layout. Slots are the columns that the mapping names. */
export interface Fields {
  /** Text of a slot; "" when it is empty or the file has no such column. */
  text(slot: number): string;
  /** Identity of the record by its content and, for equal ones in a file, their order: see record-identity.ts. */
  identity(): string;
}

/** Reads one text out of a record. */
export type TextReader = (fields: Fields) => string;
/** Reads one yes or no out of a record. */
export type ConditionReader = (fields: Fields) => boolean;
/**
 * Reads milliseconds (an instant or a duration): null when the record does not say, a reject when it makes no sense.
 */
export type MsReader = (fields: Fields) => number | null | Reject;
/** Reads an instant. */
export interface TimeReader {
  readonly read: MsReader;
  /** Of a local time that clocks showed twice, the instant that the last `read` did not choose; null for others. */
  otherMs: number | null;
}

/** A column by its name, by its number from 1, or by its path in JSON. */
export type ColumnRef = string | number;

export interface Slot {
  readonly ref: ColumnRef;
  /** A file without this column can still be read. */
  readonly optional: boolean;
}

/** The columns that a mapping names, each once. */
export class Slots {
  readonly all: Slot[] = [];
  /** Whether the whole record is asked for, as its own key. */
  asksRecord = false;

  /** The slot of a column; one that is needed anywhere is needed. */
  of(ref: ColumnRef, optional: boolean): number {
    const known = this.all.findIndex((slot) => slot.ref === ref);
    if (known < 0) return this.all.push({ ref, optional }) - 1;
    if (!optional) this.all[known] = { ref, optional: false };
    return known;
  }

  /** Reads the record's own identity. */
  identity(): TextReader {
    this.asksRecord = true;
    return (fields) => fields.identity();
  }
}

/** A column reference written in a mapping. */
export function readColumnRef(node: JsonNode): ColumnRef {
  if (typeof node.value === "number") return node.whole(1, 4_096);
  if (typeof node.value === "string" && node.value !== "") return node.value;
  throw node.invalid("a column is missing.", "Write its name in quotes, or its number from 1.");
}
