import type { DeckStatus } from "../deck-row.ts";

/** First match wins: "no increase" is unchanged before it is an increase. */
const WORDS: readonly (readonly [DeckStatus, RegExp])[] = [
  [
    "unchanged",
    /^(no|not|un)[ -]?(change|increase|decrease|modif)|^(current|same|active|existing|unmodified|nc|=|→|open|ok)$/,
  ],
  [
    "closed",
    /^(clos|delet|remov|discontinu|terminat|withdraw|inactive|suspend|expir|cancel|disabl|obsolet|drop|ended$)/,
  ],
  ["blocked", /^(block|barr|restrict|forbid|not (offered|available|served)|n\/?a$)/],
  ["new", /^(new|add|nouveau|nuevo|neu$)|^n$/],
  ["increase", /^(rate |price )?(incr|up$|raise|higher|↑|▲|\+$)|^i$|\bincrease$/],
  ["decrease", /^(rate |price )?(decr|down$|reduc|lower|↓|▼)|\bdecrease$/],
];

/** Whether a column of yes and no, such as "Forbidden", says yes. */
export const saysYes = (text: string): boolean => /^(y(es)?|true|1|x)$/i.test(text.trim());

const ACTIONS: Readonly<Record<string, DeckStatus | null>> = { a: null, m: null, u: null, d: "closed" };

/** A letter under "Action", as Sippy has it: add, modify, update say nothing that the price does not, D is delete. */
export const parseAction = (text: string): DeckStatus | null | undefined => ACTIONS[text.trim().toLowerCase()];

/** The change column of a deck, in the words carriers use; undefined for a word not known. */
export function parseStatus(text: string): DeckStatus | undefined {
  const word = text
    .trim()
    .toLowerCase()
    .replace(/^((code|destination|prefix|route|breakout|to be|will be|is|being) )+/, "");
  return WORDS.find(([, pattern]) => pattern.test(word))?.[0];
}
