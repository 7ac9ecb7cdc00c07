import { AccDecoder } from "../acc/decoder.ts";
import { ACC_CORE, type AccColumn, type AccLayout, layoutOf } from "../acc/layout.ts";
import type { SwitchFormat } from "../decoder.ts";

/**
 * OpenSIPS acc: one row a transaction (INVITE, BYE), or with the `cdr` flag one row a call. Flat text (`|`) or a CSV
 * export of the tables acc and missed_calls. Source: docs/guides/opensips.md.
 */
export const opensipsAcc: SwitchFormat = {
  name: "opensips-acc",
  title: "OpenSIPS acc (database export or flat text)",
  evidence: "proven",
  open: (settings) => new AccDecoder(settings, usualLayout),
};

/** The accounting extras of the usual prepaid set-up: kind of account, caller, called number, carrier, dialog. */
const PREPAID_EXTRAS: readonly AccColumn[] = ["ignored", "calling", "called", "ignored", "ignored"];

/** A number and a time as texts: set-up seconds, talk seconds; creation. */
const NUMBER = /^\d{1,9}$/;
const TIME = /^\d{9,10}$|^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/;

/** What follows the core in a table, and what ends a line of flat text: with the cdr flag, and without it. */
const IN_TABLE: readonly AccColumn[] = ["durationS", "durationMs", "setupS", "createdTime"];
const ENDINGS: readonly (readonly AccColumn[])[] = [
  ["setupS", "createdTime", "durationS", "durationMs"],
  ["durationS", "setupS", "createdTime"],
  ["setupS", "createdTime"],
  [],
];

function usualLayout(fields: readonly string[]): AccLayout | undefined {
  const core: readonly AccColumn[] = NUMBER.test(fields[0] ?? "") ? ["recordId", ...ACC_CORE] : ACC_CORE;
  const rest = fields.slice(core.length);
  if (fits(rest, IN_TABLE)) return layoutOf([...core, ...IN_TABLE, ...extras(rest.length - IN_TABLE.length)]);
  const ending = ENDINGS.find((columns) => fits(rest.slice(rest.length - columns.length), columns));
  if (!ending) return undefined;
  const extraCount = rest.length - ending.length;
  const isUsual = extraCount === 0 || extraCount === PREPAID_EXTRAS.length;
  return isUsual ? layoutOf([...core, ...extras(extraCount), ...ending]) : undefined;
}

const extras = (count: number): readonly AccColumn[] => (count === PREPAID_EXTRAS.length ? PREPAID_EXTRAS : []);

/** Whether texts look like these columns, from the first on. */
const fits = (texts: readonly string[], columns: readonly AccColumn[]): boolean =>
  columns.every((column, index) => (column === "createdTime" ? TIME : NUMBER).test(texts[index] ?? ""));
