import type { Reject } from "../../core/reject.ts";
import { parseOctets } from "../../core/usage/octets.ts";
import { type Consumed, SERVICES } from "../../core/usage/service-units.ts";
import type { Fields, Slots, TextReader } from "./fields.ts";
import type { JsonNode } from "./json-node.ts";
import { compileText, compileTextOr } from "./text-value.ts";

/** Reads what a record has used where it is no call's; null: it is a call's. */
export type ConsumedReader = (fields: Fields) => Consumed | null | Reject;

/** Compiles `service` and `quantity` of a mapping; throws Problem `mapping-invalid`. */
export function compileConsumed(node: JsonNode, slots: Slots): ConsumedReader {
  const service = compileTextOr(node.get("service"), slots, "voice");
  const quantity = compileQuantity(node.get("quantity"), slots);
  return (fields) => {
    const name = service(fields) || "voice";
    if (name === "voice") return null;
    if (name !== "sms" && name !== "data") return serviceUnknown(name);
    const units = quantity(fields, name);
    return typeof units === "object" ? units : { service: name, quantity: units };
  };
}

type QuantityReader = (fields: Fields, service: Consumed["service"]) => number | Reject;

/** A column, or columns that are added up (octets both ways, in a size such as "kB"). A message is 1 where none says. */
function compileQuantity(node: JsonNode | undefined, slots: Slots): QuantityReader {
  if (node === undefined) return (_fields, service) => (service === "sms" ? 1 : quantityInvalid(""));
  const { readers, unit } = compileColumns(node, slots);
  return (fields, service) => {
    const texts = readers.map((read) => read(fields)).filter((text) => text !== "");
    if (texts.length === 0) return service === "sms" ? 1 : quantityInvalid("");
    let sum = 0;
    for (const text of texts) {
      const units = parseOctets(service === "sms" ? text : `${text}${unit}`);
      if (units === undefined) return quantityInvalid(text);
      sum += units;
    }
    return sum;
  };
}

function compileColumns(
  node: JsonNode,
  slots: Slots,
): { readonly readers: readonly TextReader[]; readonly unit: string } {
  if (!node.isObject()) return { readers: [compileText(node, slots)], unit: "" };
  node.only("column", "columns", "unit");
  const columns = node.get("columns")?.list() ?? [node.need("column", "Name the column of the quantity.")];
  const unit = node.get("unit");
  const name = unit?.text() ?? "";
  if (parseOctets(`1${name}`) === undefined)
    throw (unit ?? node).invalid(`"${name}" is no unit of data.`, 'Write "B", "kB", "MB", "KiB" or "MiB".');
  return { readers: columns.map((column) => compileText(column, slots)), unit: name };
}

const serviceUnknown = (text: string): Reject => ({
  code: "value-invalid",
  what: `The service "${text.slice(0, 40)}" is none of ${SERVICES.join(", ")}.`,
  fix: "Translate the switch's word with \"map\" at service in the source's mapping.",
});

const quantityInvalid = (text: string): Reject => ({
  code: "quantity-invalid",
  what: text === "" ? "The record does not say how much was used." : `"${text.slice(0, 40)}" is no quantity.`,
  fix: "Check which column holds the quantity, and its unit, in the source's mapping.",
});
