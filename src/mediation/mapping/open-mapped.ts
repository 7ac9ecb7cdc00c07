import type { Decoder, DecoderSettings } from "../decoder.ts";
import { CALL_PROPERTIES, compileCall } from "./call-reader.ts";
import { DelimitedDecoder } from "./delimited-decoder.ts";
import { Slots } from "./fields.ts";
import { FixedWidthDecoder } from "./fixed-width-decoder.ts";
import { JsonDecoder } from "./json-decoder.ts";
import { JsonNode } from "./json-node.ts";
import { compileLayout, type Layout } from "./layout.ts";
import { PairsDecoder } from "./pairs-decoder.ts";
import { compileRowRules } from "./row-rules.ts";
import { compileText } from "./text-value.ts";

/**
 * A decoder made of a declarative mapping: the format `mapped`, and what the delimited switch formats are built on.
 * The mapping's language is docs/reference/cdr-mapping.md. Throws Problem `mapping-invalid`, before any byte is read,
 * when the mapping cannot be used. `settings.mapping` is not looked at: the mapping is the first argument.
 */
export function openMapped(mapping: unknown, settings: DecoderSettings): Decoder {
  const node = new JsonNode(mapping).only("layout", "timeZone", "rows", "sequence", ...CALL_PROPERTIES);
  const layout = compileLayout(node.need("layout", 'Say how the file holds records: { "kind": "csv", … }.'));
  const slots = new Slots();
  const timeZone = node.get("timeZone")?.zone() ?? settings.timeZone;
  const readCall = compileCall(node, slots, { ...settings, timeZone });
  const sequence = node.get("sequence");
  const readSequence = sequence === undefined ? null : compileText(sequence, slots);
  const rules = compileRowRules(node.get("rows"), slots, readCall, readSequence);
  checkColumns(node, layout, slots);
  switch (layout.kind) {
    case "csv":
      return new DelimitedDecoder(layout, slots, rules, settings);
    case "fixed-width":
      return new FixedWidthDecoder(layout, slots, rules, settings);
    case "pairs":
      return new PairsDecoder(layout, slots, rules, settings);
    case "json":
      // A record that was kept stands alone, no longer at a path in a document.
      return new JsonDecoder(settings.isKeptRow ? { ...layout, records: [] } : layout, slots, rules);
    default:
      return layout satisfies never;
  }
}

/** Columns that the layout cannot have are a mistake in the mapping, whatever the file: said at once. */
function checkColumns(node: JsonNode, layout: Layout, slots: Slots): void {
  const names = columnNames(layout);
  for (const { ref, optional } of slots.all) {
    if (typeof ref === "number" && layout.kind !== "csv")
      throw node.invalid(
        `column ${ref} is a number, but a ${layout.kind} file has names only.`,
        "Write the column's name.",
      );
    if (typeof ref === "string" && names !== null && !optional && !names.includes(ref))
      throw node.invalid(`there is no column "${ref}".`, `Known from layout.columns: ${names.join(", ") || "none"}.`);
  }
}

/** The names that a layout fixes; null when the file itself brings them. */
function columnNames(layout: Layout): readonly string[] | null {
  switch (layout.kind) {
    case "csv":
      return layout.hasHeader ? null : layout.columns.flat();
    case "fixed-width":
      return [...layout.columns.keys()];
    case "pairs":
    case "json":
      return null;
    default:
      return layout satisfies never;
  }
}
