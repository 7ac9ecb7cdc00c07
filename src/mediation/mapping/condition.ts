import { type ConditionReader, readColumnRef, type Slots } from "./fields.ts";
import type { JsonNode } from "./json-node.ts";

const TESTS = ["equals", "oneOf", "startsWith", "contains", "empty", "sameAs"] as const;
const CONDITIONS_MAX = 100;

/**
 * Compiles a condition: one test of one column, or `all`, `any`, `not` of conditions. There are no patterns on purpose:
 * equality and containment take linear time on any input, whatever an operator writes.
 */
export function compileCondition(node: JsonNode, slots: Slots): ConditionReader {
  const combined = compileCombination(node, slots);
  if (combined !== undefined) return combined;
  node.only("column", "ignoreCase", ...TESTS);
  const column = slots.of(
    readColumnRef(node.need("column", `Name the column to test, or write all, any or not.`)),
    true,
  );
  const fold = node.get("ignoreCase")?.flag() === true ? (text: string) => text.toLowerCase() : (text: string) => text;
  const tests = TESTS.filter((test) => node.get(test) !== undefined);
  const [test] = tests;
  if (test === undefined || tests.length > 1)
    throw node.invalid(
      `a condition makes one test, this one makes ${tests.length}.`,
      `Write one of: ${TESTS.join(", ")}.`,
    );
  const wanted = node.need(test, "");
  switch (test) {
    case "equals": {
      const text = fold(wanted.text());
      return (fields) => fold(fields.text(column).trim()) === text;
    }
    case "oneOf": {
      const texts = new Set(wanted.list().map((item) => fold(item.text())));
      return (fields) => texts.has(fold(fields.text(column).trim()));
    }
    case "startsWith": {
      const text = fold(wanted.text());
      return (fields) => fold(fields.text(column).trimStart()).startsWith(text);
    }
    case "contains": {
      const text = fold(wanted.text());
      return (fields) => fold(fields.text(column)).includes(text);
    }
    case "empty": {
      const isEmpty = wanted.flag();
      return (fields) => (fields.text(column).trim() === "") === isEmpty;
    }
    case "sameAs": {
      const other = slots.of(readColumnRef(wanted), true);
      return (fields) => fold(fields.text(column).trim()) === fold(fields.text(other).trim());
    }
    default:
      return test satisfies never;
  }
}

function compileCombination(node: JsonNode, slots: Slots): ConditionReader | undefined {
  const not = node.get("not");
  if (not !== undefined) {
    node.only("not");
    const condition = compileCondition(not, slots);
    return (fields) => !condition(fields);
  }
  for (const way of ["all", "any"] as const) {
    const list = node.get(way);
    if (list === undefined) continue;
    node.only(way);
    const items = list.list();
    if (items.length === 0 || items.length > CONDITIONS_MAX)
      throw list.invalid(`${items.length} conditions.`, `Write 1 to ${CONDITIONS_MAX}.`);
    const conditions = items.map((item) => compileCondition(item, slots));
    return way === "all"
      ? (fields) => conditions.every((condition) => condition(fields))
      : (fields) => conditions.some((condition) => condition(fields));
  }
  return undefined;
}
