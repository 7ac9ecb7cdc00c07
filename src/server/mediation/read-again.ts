import type { DecoderSettings, RowOutcome, SwitchFormat } from "../../mediation/decoder.ts";

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
  const rows = [...decoder.push(Buffer.from(text, "utf8")), ...decoder.end()];
  // The first: what follows is a fault of a file that is not there, such as a missing trailer.
  for (const { outcome } of rows) if (outcome.kind !== "framing") return outcome;
  return null;
}
