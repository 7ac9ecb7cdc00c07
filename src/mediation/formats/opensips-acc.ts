import { openAcc, type UsualLayout } from "../acc/decoder.ts";
import { ACC_CORE, type AccColumn, layoutOf } from "../acc/layout.ts";
import type { SwitchFormat } from "../decoder.ts";

/**
 * OpenSIPS acc: one row a transaction (INVITE, BYE), or with the `cdr` flag one row a call. Flat text (`|`) or a CSV
 * export of the tables acc and missed_calls. Source: docs/guides/opensips.md.
 */
export const opensipsAcc: SwitchFormat = {
  name: "opensips-acc",
  title: "OpenSIPS acc (database export or flat text)",
  evidence: "proven",
  hint: { fileName: /opensips/i, head: /ms_duration|setuptime/ },
  isTableExport: true,
  open: (settings) => openAcc(settings, usualLayout),
};

/** The accounting extras of the usual prepaid set-up: kind of account, caller, called number, carrier, dialog. */
const PREPAID_EXTRAS: readonly AccColumn[] = ["ignored", "calling", "called", "ignored", "ignored"];

/** How seconds look, and how a creation time does; a row of a transaction in a table may have none. */
const NUMBER = /^\d{1,9}$/;
const TIME = /^$|^NULL$|^\\N$|^\d{9,10}$|^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/;

/**
 * The usual columns after the core: those of the table, then flat text with the cdr flag and without it. Each with the
 * extras and with none, and with the row's number in front where a table was exported; the first that fits is taken.
 */
const LAYOUTS = [[], PREPAID_EXTRAS]
  .flatMap((extras): AccColumn[][] => [
    ["durationS", "durationMs", "setupS", "createdTime", ...extras],
    [...extras, "setupS", "createdTime", "durationS", "durationMs"],
    [...extras, "durationS", "setupS", "createdTime"],
    [...extras, "setupS", "createdTime"],
    [...extras],
  ])
  .flatMap((rest): AccColumn[][] => [
    [...ACC_CORE, ...rest],
    ["recordId", ...ACC_CORE, ...rest],
  ])
  .map((columns) => ({ fieldCount: columns.length, layout: layoutOf(columns), told: columns.flatMap(toldBy) }));

/** A column that shows by its look alone which layout a row has. */
function toldBy(column: AccColumn, index: number): { readonly index: number; readonly look: RegExp }[] {
  if (column === "createdTime") return [{ index, look: TIME }];
  const isNumber = ["recordId", "durationS", "durationMs", "setupS"].includes(column);
  return isNumber ? [{ index, look: NUMBER }] : [];
}

const usualLayout: UsualLayout = (record) =>
  LAYOUTS.find(
    ({ fieldCount, told }) =>
      fieldCount === record.fieldCount && told.every(({ index, look }) => look.test(record.field(index))),
  )?.layout;
