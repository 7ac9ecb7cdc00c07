import { DAY_MS, daysFromCivil, daysInMonth } from "../../core/time/civil-day.ts";

type Token =
  | { readonly kind: "number"; readonly unit: NumberUnit; readonly least: number; readonly most: number }
  | { readonly kind: "fraction"; readonly least: number; readonly most: number }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "month" | "weekday" | "half-day" | "zone-name" | "offset" }
  | { readonly kind: "optional"; readonly tokens: readonly Token[] };

type NumberUnit = "year" | "year-of-century" | "month" | "day" | "hour" | "half-day-hour" | "minute" | "second";

const NUMBERS: Readonly<Record<string, { readonly unit: NumberUnit; readonly least: number; readonly most: number }>> =
  {
    yyyy: { unit: "year", least: 4, most: 4 },
    yy: { unit: "year-of-century", least: 2, most: 2 },
    MM: { unit: "month", least: 2, most: 2 },
    M: { unit: "month", least: 1, most: 2 },
    dd: { unit: "day", least: 2, most: 2 },
    d: { unit: "day", least: 1, most: 2 },
    HH: { unit: "hour", least: 2, most: 2 },
    H: { unit: "hour", least: 1, most: 2 },
    hh: { unit: "half-day-hour", least: 2, most: 2 },
    h: { unit: "half-day-hour", least: 1, most: 2 },
    mm: { unit: "minute", least: 2, most: 2 },
    m: { unit: "minute", least: 1, most: 2 },
    ss: { unit: "second", least: 2, most: 2 },
    s: { unit: "second", least: 1, most: 2 },
  };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** ISO 8601 as programs write it: "T" or a space, seconds, fraction and offset may be missing. */
export const ISO_8601 = "yyyy-MM-dd['T'][ ]HH:mm[:ss][.S][,S][X]";

/**
 * A time as switches write it and databases export it: "2026-03-02 10:15:07", perhaps with a fraction and an offset.
 */
export const STAMP = "yyyy-MM-dd[ ]['T']HH:mm:ss[.S][ ][X]";

/** Patterns that "2026-03-02 10:15:07" is a time of, and what may stand in it between date and time. */
const PLAIN_STAMPS: Readonly<Record<string, string>> = {
  [ISO_8601]: "T ",
  [STAMP]: "T ",
  "yyyy-MM-dd HH:mm:ss": " ",
};
const PLAIN_LENGTH = 19;
/** In place of the value of two characters that are no digits: more than any sum of values. */
const NO_PAIR = 1_000_000;

function digitPair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_PAIR;
}

/**
 * A date and time pattern, compiled once and matched without regular expressions: linear time on any input.
 *
 * `yyyy yy M MM MMM d dd H HH h hh a m mm s ss` as in Unicode's date patterns (one letter: one or two digits); `S` is a
 * fraction of any length (`SSS` exactly three digits); `E` a weekday name, passed over; `z` a zone's name or
 * abbreviation; `X` an offset (Z, +01, +0100, +01:00); text in '…' and other characters stand for themselves; `[…]` may
 * be missing. The last match's results stay in the public fields.
 */
export class TimestampPattern {
  /** The civil time read, as if it were UTC: milliseconds since 1970-01-01T00:00. */
  localMs = 0;
  /** From an offset in the text, in milliseconds; null when there was none. */
  offsetMs: number | null = null;
  /** A zone's name or abbreviation in the text; null when there was none. */
  zoneName: string | null = null;

  readonly #tokens: readonly Token[];
  /** What may stand between date and time in "2026-03-02 10:15:07", where that is a time of the pattern; else "". */
  readonly #separators: string;
  #text = "";
  #at = 0;
  #year = 0;
  #month = 0;
  #day = 0;
  #hour = 0;
  #minute = 0;
  #second = 0;
  #ms = 0;
  #isAfternoon: boolean | null = null;

  private constructor(tokens: readonly Token[], separators: string) {
    this.#tokens = tokens;
    this.#separators = separators;
  }

  /** The pattern, or what is wrong with it. */
  static compile(pattern: string): TimestampPattern | { readonly fault: string } {
    const tokens = tokensOf(pattern);
    if ("fault" in tokens) return tokens;
    const flat = tokens.tokens.flatMap((token) => (token.kind === "optional" ? token.tokens : [token]));
    for (const [unit, letters] of [
      ["year", "yyyy or yy"],
      ["month", "MM, M or MMM"],
      ["day", "dd or d"],
      ["hour", "HH, H or h with a"],
    ] as const)
      if (!flat.some((token) => token.kind === unit || (token.kind === "number" && token.unit.includes(unit))))
        return { fault: `no ${unit} (${letters})` };
    return new TimestampPattern(tokens.tokens, PLAIN_STAMPS[pattern] ?? "");
  }

  /** Whether `text` is a date and time of this pattern that the calendar has. */
  match(text: string): boolean {
    this.#text = text;
    this.#at = 0;
    this.#minute = this.#second = this.#ms = 0;
    this.#isAfternoon = null;
    this.offsetMs = null;
    this.zoneName = null;
    if (!this.#plain() && (!this.#all(this.#tokens) || this.#at !== text.length)) return false;
    if (this.#isAfternoon !== null) this.#hour = (this.#hour % 12) + (this.#isAfternoon ? 12 : 0);
    if (this.#year < 1 || this.#day < 1 || this.#day > (daysInMonth(this.#year, this.#month) ?? 0)) return false;
    if (this.#hour > 23 || this.#minute > 59 || this.#second > 59) return false;
    const days = daysFromCivil(this.#year, this.#month, this.#day);
    this.localMs = days * DAY_MS + this.#hour * 3_600_000 + this.#minute * 60_000 + this.#second * 1_000 + this.#ms;
    return true;
  }

  /** Reads "2026-03-02 10:15:07", as most switches write it, without a look at the tokens. */
  #plain(): boolean {
    const text = this.#text;
    if (text.length !== PLAIN_LENGTH || !this.#separators.includes(text[10] as string)) return false;
    if (text[4] !== "-" || text[7] !== "-" || text[13] !== ":" || text[16] !== ":") return false;
    this.#year = digitPair(text, 0) * 100 + digitPair(text, 2);
    this.#month = digitPair(text, 5);
    this.#day = digitPair(text, 8);
    this.#hour = digitPair(text, 11);
    this.#minute = digitPair(text, 14);
    this.#second = digitPair(text, 17);
    return this.#year + this.#month + this.#day + this.#hour + this.#minute + this.#second < NO_PAIR;
  }

  #all(tokens: readonly Token[]): boolean {
    for (const token of tokens) if (!this.#one(token)) return false;
    return true;
  }

  #one(token: Token): boolean {
    switch (token.kind) {
      case "number":
        return this.#number(token.unit, token.least, token.most);
      case "literal":
        if (!this.#text.startsWith(token.text, this.#at)) return false;
        this.#at += token.text.length;
        return true;
      case "fraction":
        return this.#fraction(token.least, token.most);
      case "optional": {
        const at = this.#at;
        if (!this.#all(token.tokens)) this.#at = at;
        return true;
      }
      case "month":
        return this.#monthName();
      case "weekday":
        return this.#word(isLetter) !== "";
      case "half-day":
        return this.#halfDay();
      case "zone-name":
        this.zoneName = this.#word(isZoneCharacter);
        return this.zoneName !== "";
      case "offset":
        return this.#offset();
      default:
        return token satisfies never;
    }
  }

  /** `least` to `most` digits; -1 when there are fewer. */
  #digits(least: number, most: number): number {
    let value = 0;
    let count = 0;
    for (; count < most; count++) {
      const digit = this.#text.charCodeAt(this.#at + count) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (count < least) return -1;
    this.#at += count;
    return value;
  }

  #number(unit: NumberUnit, least: number, most: number): boolean {
    const value = this.#digits(least, most);
    if (value < 0) return false;
    switch (unit) {
      case "year":
        this.#year = value;
        return true;
      case "year-of-century":
        this.#year = 2000 + value;
        return true;
      case "month":
        this.#month = value;
        return true;
      case "day":
        this.#day = value;
        return true;
      case "hour":
        this.#hour = value;
        return true;
      case "half-day-hour":
        this.#hour = value;
        return value >= 1 && value <= 12;
      case "minute":
        this.#minute = value;
        return true;
      case "second":
        this.#second = value;
        return true;
      default:
        return unit satisfies never;
    }
  }

  /** Digits of a fraction of a second; what is finer than a millisecond is cut off. */
  #fraction(least: number, most: number): boolean {
    const from = this.#at;
    const first3 = this.#digits(1, Math.min(3, most));
    if (first3 < 0) return false;
    this.#ms = first3 * 10 ** (3 - (this.#at - from));
    if (most > 3) this.#digits(0, most - 3);
    return this.#at - from >= least;
  }

  #word(belongs: (code: number) => boolean): string {
    const from = this.#at;
    while (this.#at < this.#text.length && belongs(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  #monthName(): boolean {
    this.#month = MONTHS.indexOf(this.#word(isLetter).slice(0, 3).toLowerCase()) + 1;
    return this.#month > 0;
  }

  #halfDay(): boolean {
    const word = this.#word(isLetter).toLowerCase();
    this.#isAfternoon = word === "pm" || word === "p";
    return this.#isAfternoon || word === "am" || word === "a";
  }

  #offset(): boolean {
    const sign = this.#text[this.#at];
    this.#at++;
    if (sign === "Z" || sign === "z") {
      this.offsetMs = 0;
      return true;
    }
    if (sign !== "+" && sign !== "-") return false;
    const hours = this.#digits(2, 2);
    if (this.#text[this.#at] === ":") this.#at++;
    const from = this.#at;
    const minutes = this.#digits(0, 2);
    if (hours < 0 || hours > 18 || minutes > 59 || this.#at - from === 1) return false;
    this.offsetMs = (sign === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
    return true;
  }
}

const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
/** Letters, and what stands in "Europe/Berlin", "Etc/GMT+5", "UTC+01:00". */
const isZoneCharacter = (code: number): boolean =>
  isLetter(code) || (code >= 43 && code <= 58 && code !== 44) || code === 95;

function tokensOf(pattern: string): { readonly tokens: Token[] } | { readonly fault: string } {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const letter = pattern[at] as string;
    if (letter === "[") {
      const end = pattern.indexOf("]", at);
      if (end < 0) return { fault: '"[" is not closed' };
      const inner = tokensOf(pattern.slice(at + 1, end));
      if ("fault" in inner) return inner;
      tokens.push({ kind: "optional", tokens: inner.tokens });
      at = end + 1;
    } else if (letter === "'") {
      const end = pattern.indexOf("'", at + 1);
      if (end < 0) return { fault: "a single quote is not closed" };
      tokens.push({ kind: "literal", text: end === at + 1 ? "'" : pattern.slice(at + 1, end) });
      at = end + 1;
    } else if (isLetter(letter.charCodeAt(0))) {
      let end = at;
      while (pattern[end] === letter) end++;
      const token = letterToken(pattern.slice(at, end));
      if (token === undefined) return { fault: `"${pattern.slice(at, end)}" is no field of a date or time` };
      tokens.push(token);
      at = end;
    } else {
      tokens.push({ kind: "literal", text: letter });
      at++;
    }
  }
  return { tokens };
}

function letterToken(letters: string): Token | undefined {
  const number = Object.hasOwn(NUMBERS, letters) ? NUMBERS[letters] : undefined;
  if (number !== undefined) return { kind: "number", ...number };
  if (letters === "MMM") return { kind: "month" };
  if (letters === "a") return { kind: "half-day" };
  if (letters === "X") return { kind: "offset" };
  switch (letters[0]) {
    case "S":
      return letters.length === 1
        ? { kind: "fraction", least: 1, most: 9 }
        : { kind: "fraction", least: letters.length, most: letters.length };
    case "E":
      return { kind: "weekday" };
    case "z":
      return { kind: "zone-name" };
    default:
      return undefined;
  }
}
