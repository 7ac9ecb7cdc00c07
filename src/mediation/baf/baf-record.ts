import { DESCRIPTOR_BYTES, RECORD_IDENTIFIERS } from "./baf-splitter.ts";
import { type BafField, FIELD_DIGITS, MODULE_DIGITS } from "./structures.ts";

/** A record behind its identifier: its structure code and, as digits, everything that follows. */
export interface BafRecord {
  readonly structure: string;
  readonly hasModules: boolean;
  /** The switch itself says that something in the record is wrong. */
  readonly isFaulty: boolean;
  /** Hexadecimal digits behind the structure code. A field is decimal digits and the sign "c", or all "f" if unused. */
  readonly digits: string;
}

/** The fields of a record by name: digits, or "" where the switch left one unused. */
export type BafFields = Readonly<Partial<Record<BafField, string>>>;

/** A module appended to a record: the digits of its fields, "" for unused ones. */
export interface BafModule {
  readonly code: string;
  readonly fields: readonly string[];
}

const CODE_DIGITS = 6;
const MODULE_CODE_DIGITS = 4;
/** Ends the list of modules. */
const LAST_MODULE = "000c";

/** Opens a record with its descriptor word. Text says what is wrong when it has no structure code. */
export function openRecord(bytes: Uint8Array): BafRecord | string {
  const digits = bytes.subarray(DESCRIPTOR_BYTES + 1).toHex();
  const code = digits.slice(0, CODE_DIGITS);
  if (!/^[04]\d{4}c$/.test(code)) return `its structure code is ${code || "missing"}`;
  return {
    structure: code.slice(1, 5),
    hasModules: code.startsWith("4"),
    isFaulty: bytes[DESCRIPTOR_BYTES] === RECORD_IDENTIFIERS.faulty,
    digits: digits.slice(CODE_DIGITS),
  };
}

/**
 * Reads `names` from the beginning of a record's digits; text says what is wrong when one is no field. `rest` is what
 * follows them.
 */
export function readFields(
  digits: string,
  names: readonly BafField[],
): { readonly fields: BafFields; readonly rest: string } | string {
  const fields: Partial<Record<BafField, string>> = {};
  let at = 0;
  for (const name of names) {
    const value = fieldAt(digits, at, FIELD_DIGITS[name]);
    if (value === undefined) {
      const seen = digits.slice(at, at + FIELD_DIGITS[name] + 1);
      return `${name} is ${seen === "" ? "missing" : seen}, not ${FIELD_DIGITS[name]} digits and the sign c`;
    }
    fields[name] = value;
    at += FIELD_DIGITS[name] + 1;
  }
  return { fields, rest: digits.slice(at) };
}

/** The modules behind a record's fields, up to the first that is not known or cannot be read. */
export function readModules(rest: string): BafModule[] {
  const modules: BafModule[] = [];
  for (let at = 0; ; ) {
    const code = rest.slice(at, at + MODULE_CODE_DIGITS);
    const widths = MODULE_DIGITS.get(code.slice(0, -1));
    if (code === LAST_MODULE || !code.endsWith("c") || widths === undefined) return modules;
    at += MODULE_CODE_DIGITS;
    const fields: string[] = [];
    for (const width of widths) {
      const value = fieldAt(rest, at, width);
      if (value === undefined) return modules;
      fields.push(value);
      at += width + 1;
    }
    modules.push({ code: code.slice(0, -1), fields });
  }
}

/** Digits of the field at `at`; "" when it is unused, undefined when it is no field. */
function fieldAt(digits: string, at: number, width: number): string | undefined {
  const text = digits.slice(at, at + width + 1);
  if (text.length <= width) return undefined;
  if (/^f+[cf]$/.test(text)) return "";
  return /^\d+c$/.test(text) ? text.slice(0, width) : undefined;
}
