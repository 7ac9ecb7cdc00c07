import type { ReleaseCause } from "../../core/usage/switch-call.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import { wholeNumber } from "../text/duration-text.ts";
import type { Fields, Slots } from "./fields.ts";
import type { JsonNode } from "./json-node.ts";
import { compileTextOr } from "./text-value.ts";

/**
 * Compiles a release cause: `q850` and `sip` are columns with numbers, `text` the switch's own word, and `words`
 * translates that word into numbers: `{ "BUSY": { "q850": 17 } }`. A number that is none is left out, never a reject:
 * it is told in `text`, behind the word.
 */
export function compileCause(node: JsonNode, slots: Slots): (fields: Fields) => ReleaseCause {
  node.only("q850", "sip", "text", "words");
  const q850 = compileTextOr(node.get("q850"), slots, "");
  const sip = compileTextOr(node.get("sip"), slots, "");
  const text = compileTextOr(node.get("text"), slots, "");
  const words = new Map(
    node
      .get("words")
      ?.entries()
      .map(([word, meaning]) => [word, readMeaning(meaning)]),
  );
  let last: {
    readonly q850Text: string;
    readonly sipText: string;
    readonly word: string;
    readonly cause: ReleaseCause;
  } | null = null;
  return (fields) => {
    const [q850Text, sipText, word] = [q850(fields), sip(fields), text(fields)];
    // Most calls end like the one before them: they share one object.
    if (last !== null && last.q850Text === q850Text && last.sipText === sipText && last.word === word)
      return last.cause;
    const meaning = words.get(word) ?? NO_CAUSE;
    const q850Number = within(q850Text, 0, 127);
    const sipNumber = within(sipText, 100, 699);
    const odd =
      q850Number === null && q850Text !== "" ? q850Text : sipNumber === null && sipText !== "" ? sipText : null;
    const cause = { q850: q850Number ?? meaning.q850, sip: sipNumber ?? meaning.sip, text: textOf(word, odd) };
    last = { q850Text, sipText, word, cause };
    return cause;
  };
}

/** The switch's word, and a number that is none unless the word has it: "EndedByRemoteUser (16)". */
function textOf(word: string, odd: string | null): string | null {
  if (odd === null || word.includes(odd)) return word || null;
  return word === "" ? odd : `${word} (${odd})`;
}

function readMeaning(node: JsonNode): ReleaseCause {
  node.only("q850", "sip");
  return {
    q850: node.get("q850")?.whole(0, 127) ?? null,
    sip: node.get("sip")?.whole(100, 699) ?? null,
    text: null,
  };
}

function within(text: string, least: number, most: number): number | null {
  const value = wholeNumber(text);
  return value === undefined || value < least || value > most ? null : value;
}
