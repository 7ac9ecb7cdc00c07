import type { DecoderSettings, RowOutcome, SwitchFormat } from "../../mediation/decoder.ts";

/**
 * Decodes one row that was kept as text, under today's settings: after its file's header rows, as if the file held nothing else.
 * null when the text holds no row at all.
 */
export function readAgain(
  format: SwitchFormat,
  settings: DecoderSettings,
  { preamble, raw }: { readonly preamble: string; readonly raw: string },
): Exclude<RowOutcome, { readonly kind: "framing" }> | null {
  const decoder = format.open(settings);
  const text = preamble === "" ? `${raw}\n` : `${preamble}\n${raw}\n`;
  const rows = [...decoder.push(Buffer.from(text, "utf8")), ...decoder.end()];
  for (const { outcome } of rows.toReversed()) if (outcome.kind !== "framing") return outcome;
  return null;
}
