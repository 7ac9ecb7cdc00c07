import type { Reject } from "../../core/reject.ts";
import type { DecoderSettings, RowOutcome, SwitchFormat } from "../../mediation/decoder.ts";
import { fromHexadecimal } from "../../mediation/text/hexadecimal.ts";
import { readSessionRecord, SESSION_PREAMBLE } from "../charging/session-record.ts";

/**
 * Decodes one row that was kept as text, under today's settings: after its file's header rows, as if the file held
 * nothing else. null when the text holds no row at all; a text of several records is a reject, as one of them would be
 * lost.
 */
export function readAgain(
  format: SwitchFormat,
  settings: DecoderSettings,
  { preamble, raw }: { readonly preamble: string; readonly raw: string },
): Exclude<RowOutcome, { readonly kind: "framing" }> | null {
  if (preamble === SESSION_PREAMBLE) return readSessionRecord(raw);
  const decoder = format.open({ ...settings, isKeptRow: true, isWhole: true });
  const text = preamble === "" ? `${raw}\n` : `${preamble}\n${raw}\n`;
  const bytes = format.isBinary ? fromHexadecimal(text) : Buffer.from(text, "utf8");
  if (bytes === null) return { kind: "reject", reject: NOT_HEXADECIMAL };
  const outcomes = [];
  let records = 0;
  for (const { raw: ofRow, outcome } of [...decoder.push(bytes), ...decoder.end()]) {
    if (outcome.kind === "framing") continue;
    outcomes.push(outcome);
    if (ofRow !== "") records += 1; // without text it is a fault of a file that is not there: a missing trailer
  }
  return records > 1 ? { kind: "reject", reject: severalRecords(records) } : (outcomes[0] ?? null);
}

const severalRecords = (records: number): Reject => ({
  code: "several-records",
  what: `The text holds ${records} records, and one row is one record.`,
  fix: "Correct the row to one of them, retry it, and import the others as a file.",
});

const NOT_HEXADECIMAL: Reject = {
  code: "not-hexadecimal",
  what: "The corrected text is not hexadecimal: bytes are two digits each, 0-9 and a-f.",
  fix: "Correct the row again, in the notation in which it is shown as it came.",
};
