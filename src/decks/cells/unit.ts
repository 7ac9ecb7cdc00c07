const WORDS: Readonly<Record<string, number>> = { second: 1, sec: 1, s: 1, minute: 60, min: 60, m: 60, hour: 3_600 };

/** Seconds that a price is for, from a cell of its own: "60", "per minute", "/sec", "6 s". Undefined for anything else. */
export function parseUnit(text: string): number | undefined {
  const match = /^(?:per |\/ ?|a )?(\d{1,5})? ?([a-z]+?)?s?\.?$/i.exec(text.trim());
  if (match === null || text === "") return undefined;
  const each = match[2] === undefined ? 1 : WORDS[match[2].toLowerCase()];
  const count = Number(match[1] ?? (match[2] === undefined ? 0 : 1));
  return each === undefined || count === 0 || count * each > 86_400 ? undefined : count * each;
}
