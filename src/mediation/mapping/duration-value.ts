import type { Reject } from "../../core/reject.ts";
import { DURATION_UNITS, parseDuration } from "../text/duration-text.ts";
import type { MsReader, Slots } from "./fields.ts";
import type { JsonNode } from "./json-node.ts";
import { compileText } from "./text-value.ts";

/**
 * Compiles a duration: a text value with a `unit`, or a list of such, of which the first that is not empty counts (the
 * finest first: microseconds, then seconds). Null when all are empty.
 */
export function compileDuration(node: JsonNode, slots: Slots): MsReader {
  if (!Array.isArray(node.value)) return compileOne(node, slots);
  const readers = node.list().map((item) => compileOne(item, slots));
  return (fields) => {
    for (const reader of readers) {
      const ms = reader(fields);
      if (ms !== null) return ms;
    }
    return null;
  };
}

function compileOne(node: JsonNode, slots: Slots): MsReader {
  const unit = node.need("unit", `Write one of: ${DURATION_UNITS.join(", ")}.`).oneOf(DURATION_UNITS);
  const { unit: _unit, ...source } = node.value as Record<string, unknown>;
  const text = compileText(node.withValue(source), slots);
  return (fields) => {
    const written = text(fields);
    if (written === "") return null;
    return parseDuration(written, unit) ?? durationInvalid(written, unit);
  };
}

const durationInvalid = (text: string, unit: string): Reject => ({
  code: "duration-invalid",
  what: `"${text.slice(0, 60)}" is no duration in ${unit}.`,
  fix: "Check the unit and the column of the duration in the source's mapping; if they are right, correct the record.",
});
