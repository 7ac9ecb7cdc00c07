import type { Reject } from "../../core/reject.ts";
import type { DecoderSettings, RowOutcome, SwitchFormat } from "../../mediation/decoder.ts";
import { fromHexadecimal } from "../../mediation/text/hexadecimal.ts";

/**
 * Decodes one row that was kept as text, under today's settings: after its file's header rows, as if the file held
 * nothing else. null when the text holds no row at all.
 */
export function readAgain(
  format: SwitchFormat,
  settings: DecoderSettings,
  { preamble, raw }: { readonly preamble: string; readonly raw: string },
): Exclude<RowOutcome, { readonly kind: "framing" }> | null {
  const decoder = format.open(settings);
  const text = preamble === "" ? `${raw}\n` : `${preamble}\n${raw}\n`;
  const bytes = format.isBinary ? fromHexadecimal(text) : Buffer.from(text, "utf8");
  if (bytes === null) return { kind: "reject", reject: NOT_HEXADECIMAL };
  const rows = [...decoder.push(bytes), ...decoder.end()];
  // The first: what follows is a fault of a file that is not there, such as a missing trailer.
  for (const { outcome } of rows) if (outcome.kind !== "framing") return outcome;
  return null;
}

const NOT_HEXADECIMAL: Reject = {
  code: "not-hexadecimal",
  what: "The corrected text is not hexadecimal: bytes are two digits each, 0-9 and a-f.",
  fix: "Correct the row again, in the notation in which it is shown as it came.",
};
