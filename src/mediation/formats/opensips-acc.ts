import { AccDecoder } from "../acc/decoder.ts";
import { ACC_CDR, ACC_CORE, type AccLayout, layoutOf } from "../acc/layout.ts";
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
const WITH_EXTRAS = layoutOf([...ACC_CORE, "ignored", "calling", "called", "ignored", "ignored"]);
const PLAIN = layoutOf(ACC_CORE);

function usualLayout(fields: readonly string[]): AccLayout | undefined {
  const cdrAt = [ACC_CORE.length, fields.length - ACC_CDR.length].find((at) => isCdr(fields, at));
  if (cdrAt !== undefined) {
    const skipped = Array.from({ length: cdrAt - ACC_CORE.length }, () => "ignored" as const);
    return layoutOf([...ACC_CORE, ...skipped, ...ACC_CDR]);
  }
  if (fields.length === ACC_CORE.length) return PLAIN;
  return fields.length === ACC_CORE.length + 5 ? WITH_EXTRAS : undefined;
}

/** Whether duration, milliseconds, set-up time and creation stand at `at`: no extra looks like these four together. */
function isCdr(fields: readonly string[], at: number): boolean {
  const [duration, ms, setup, created] = fields.slice(at, at + ACC_CDR.length);
  return (
    at >= ACC_CORE.length &&
    [duration, ms, setup].every((text) => /^\d+$/.test(text ?? "")) &&
    /^\d{9,10}$|^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/.test(created ?? "")
  );
}
