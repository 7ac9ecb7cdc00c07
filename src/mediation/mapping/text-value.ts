import { littleEndianIpv4 } from "../text/little-endian-ipv4.ts";
import { offsetWest } from "../text/offset-west.ts";
import { sipUser } from "../text/sip-user.ts";
import { compileCondition } from "./condition.ts";
import { readColumnRef, type Slots, type TextReader } from "./fields.ts";
import { JsonNode } from "./json-node.ts";
import { contentHash } from "./record-identity.ts";

const SOURCES = ["column", "columns", "template", "constant", "firstOf", "cases", "record"] as const;
const STEPS = ["optional", "empty", "after", "before", "beforeLast", "map", "as"] as const;

/** What `as` makes of a text. */
const CONVERSIONS = {
  "little-endian-ipv4": littleEndianIpv4,
  hash: contentHash,
  "sip-user": sipUser,
  "minutes-west": offsetWest,
} as const;
const CONVERSION_NAMES = Object.keys(CONVERSIONS) as (keyof typeof CONVERSIONS)[];

/**
 * Compiles a text value. A bare name or number is a column. An object has one source (`column`, `columns` with `join`,
 * `template`, `constant`, `firstOf`, `cases`, `record`) and steps, taken in this order: the text is trimmed; `after`
 * and `before` cut at the first occurrence, `beforeLast` at the last; `as` converts; `empty` lists texts that mean
 * nothing; `map` translates.
 */
export function compileText(node: JsonNode, slots: Slots): TextReader {
  if (!node.isObject()) return column(node, slots, false);
  node.only(...SOURCES, "join", "otherwise", ...STEPS);
  const sources = SOURCES.filter((source) => node.get(source) !== undefined);
  const [source] = sources;
  if (source === undefined || sources.length > 1)
    throw node.invalid(
      `a value has one source, this one has ${sources.length}.`,
      `Write one of: ${SOURCES.join(", ")}.`,
    );
  return withSteps(node, compileSource(node, source, slots));
}

/** Like {@link compileText} for a property that may be left out; `fallback` is its text then. */
export function compileTextOr(node: JsonNode | undefined, slots: Slots, fallback: string): TextReader {
  return node === undefined ? () => fallback : compileText(node, slots);
}

function compileSource(node: JsonNode, source: (typeof SOURCES)[number], slots: Slots): TextReader {
  const value = node.need(source, "");
  const isOptional = node.get("optional")?.flag() === true;
  switch (source) {
    case "column":
      return column(value, slots, isOptional);
    case "columns":
      return join(
        value.list().map((item) => column(item, slots, isOptional)),
        node.get("join")?.text() ?? " ",
      );
    case "template":
      return template(value, slots, isOptional);
    case "constant": {
      const constant = value.text();
      return () => constant;
    }
    case "firstOf":
      return firstOf(value.list().map((item) => compileText(item, slots)));
    case "cases":
      return cases(value.list(), node.get("otherwise"), slots);
    case "record":
      if (!value.flag()) throw value.invalid("false makes no sense.", "Write true, or another source.");
      return slots.identity();
    default:
      return source satisfies never;
  }
}

function column(node: JsonNode, slots: Slots, optional: boolean): TextReader {
  const slot = slots.of(readColumnRef(node), optional);
  return (fields) => trimmed(fields.text(slot));
}

/** `text.trim()`, which costs more than the look at both ends that nearly always settles it. */
function trimmed(text: string): string {
  const { length } = text;
  if (
    length === 0 ||
    (text.charCodeAt(0) > 0x20 &&
      text.charCodeAt(length - 1) < 0x7f &&
      text.charCodeAt(length - 1) > 0x20 &&
      text.charCodeAt(0) < 0x7f)
  )
    return text;
  return text.trim();
}

function join(readers: readonly TextReader[], separator: string): TextReader {
  return (fields) => {
    let joined = "";
    for (const reader of readers) {
      const text = reader(fields);
      if (text !== "") joined += joined === "" ? text : separator + text;
    }
    return joined;
  };
}

/** `{name}` and `{3}` are columns, the rest stands for itself. Empty when all its columns are: no key of separators. */
function template(node: JsonNode, slots: Slots, optional: boolean): TextReader {
  const parts = node.text().split(/[{}]/u);
  if (parts.length < 3 || parts.length % 2 === 0)
    throw node.invalid("a template needs columns in braces.", 'Write for example "{cluster}/{callId}".');
  const readers = parts.map((part, index): TextReader => {
    if (index % 2 === 0) return () => part;
    const number = Number(part);
    return column(new JsonNode(Number.isInteger(number) && number > 0 ? number : part, node.path), slots, optional);
  });
  return (fields) => {
    let text = "";
    let isEmpty = true;
    for (let index = 0; index < readers.length; index++) {
      const part = readers[index]!(fields);
      if (index % 2 === 1 && part !== "") isEmpty = false;
      text += part;
    }
    return isEmpty ? "" : text;
  };
}

function firstOf(readers: readonly TextReader[]): TextReader {
  return (fields) => {
    for (const reader of readers) {
      const text = reader(fields);
      if (text !== "") return text;
    }
    return "";
  };
}

function cases(items: readonly JsonNode[], otherwise: JsonNode | undefined, slots: Slots): TextReader {
  const compiled = items.map((item) => ({
    when: compileCondition(item.only("when", "value").need("when", "Write the condition."), slots),
    value: compileText(item.need("value", "Write the value for this case."), slots),
  }));
  const fallback = compileTextOr(otherwise, slots, "");
  return (fields) => (compiled.find(({ when }) => when(fields))?.value ?? fallback)(fields);
}

const cutAt = (text: string, at: number): string => (at < 0 ? text : text.slice(0, at));

function withSteps(node: JsonNode, source: TextReader): TextReader {
  const steps: ((text: string) => string)[] = [];
  const after = node.get("after")?.text();
  const before = node.get("before")?.text();
  if (after !== undefined)
    steps.push((text) => {
      const at = text.indexOf(after);
      return at < 0 ? text : text.slice(at + after.length);
    });
  if (before !== undefined) steps.push((text) => cutAt(text, text.indexOf(before)));
  const beforeLast = node.get("beforeLast")?.text();
  if (beforeLast !== undefined) steps.push((text) => cutAt(text, text.lastIndexOf(beforeLast)));
  const as = node.get("as")?.oneOf(CONVERSION_NAMES);
  if (as !== undefined) steps.push(CONVERSIONS[as]);
  const empty = node.get("empty");
  if (empty !== undefined) {
    const nothing = empty.list().map((item) => item.text());
    // No set: that would need the hash of every text, and a look at lengths and first letters nearly always settles it.
    steps.push((text) => (nothing.includes(text) ? "" : text));
  }
  const map = node.get("map");
  if (map !== undefined) {
    const table = new Map(map.entries().map(([from, to]) => [from, to.text()]));
    const otherwise = node.get("cases") === undefined ? node.get("otherwise")?.text() : undefined;
    steps.push((text) => table.get(text) ?? otherwise ?? text);
  }
  if (steps.length === 0) return source;
  return (fields) => {
    let text = source(fields);
    if (text !== "") for (const step of steps) text = step(text);
    return text;
  };
}
