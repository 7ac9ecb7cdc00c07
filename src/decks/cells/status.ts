import type { DeckStatus } from "../deck-row.ts";

/** Words of other tongues than English, without accents. */
const begins = (words: string): RegExp => new RegExp(`^(${words})`);

/** First match wins: "no increase" is unchanged before it is an increase. */
const WORDS: readonly (readonly [DeckStatus, RegExp])[] = [
  [
    "unchanged",
    /^(no|not|un)[ -]?(change|increase|decrease|modif)|^(current|same|active|existing|unmodified|nc|=|→|open|ok)$/,
  ],
  [
    "unchanged",
    begins(
      "inchange|identique|(pas de|sans) (changement|modif)|sin (cambio|variacion)|igual$|unverandert|gleich|keine anderung|invariat|nessuna |sem (alterac|mudanc)|без измен|no lock|无锁定",
    ),
  ],
  [
    "closed",
    /^(clos|delet|remov|discontinu|terminat|withdraw|inactive|suspend|expir|cancel|disabl|obsolet|drop|ended$)/,
  ],
  [
    "closed",
    begins(
      "supprim|ferme|retire|annul|eliminad|cerrad|gelosch|geschloss|entfall|gestrich|eingestellt|chius|eliminat|soppress|encerrad|excluid|удален|закрыт",
    ),
  ],
  [
    "blocked",
    /^(block|barr|restrict|forbid|not (offered|available|served)|n\/?a$|bloqu|gesperrt|bloccat|заблокир|lock|bar |锁定)/,
  ],
  ["new", /^(new|add|nouve(au|lle)|nuev[oa]|neue?$|nuov[oa]|nov[oa]$|новы)|^n$/],
  ["increase", /^(rate |price )?(incr|up$|raise|higher|↑|▲|\+$)|^i$|\bincrease$/],
  ["increase", begins("augment|aument|hausse|erhoh|повыш|увелич")],
  ["decrease", /^(rate |price )?(decr|down$|reduc|lower|↓|▼)|\bdecrease$/],
  ["decrease", begins("baisse|diminu|dismin|senkung|gesenkt|ribass|сниж|пониж")],
];

/** Whether a column of yes and no, such as "Forbidden", says yes. */
export const saysYes = (text: string): boolean => /^(y(es)?|true|1|x)$/i.test(text.trim());

const ACTIONS: Readonly<Record<string, DeckStatus | null>> = { a: null, m: null, u: null, d: "closed" };

/** A letter under "Action", as Sippy has it: add, modify, update say nothing that the price does not, D is delete. */
export const parseAction = (text: string): DeckStatus | null | undefined => ACTIONS[text.trim().toLowerCase()];

/** What a remark says by a single word, where a deck has no column of changes. */
export const parseRemark = (text: string): DeckStatus | null =>
  /^(blocked|barred|closed|discontinued|deleted)\.?$/i.test(text.trim()) ? (parseStatus(text) ?? null) : null;

/** The change column of a deck, in the words carriers use; undefined for a word not known. */
export function parseStatus(text: string): DeckStatus | undefined {
  const word = text
    .trim()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/^((code|destination|prefix|route|breakout|to be|will be|is|being) )+/, "");
  return WORDS.find(([, pattern]) => pattern.test(word))?.[0];
}
