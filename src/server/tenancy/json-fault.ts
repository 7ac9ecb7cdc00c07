/** Where a text stops being JSON; lines and columns count from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/**
 * Finds the first character of a broken text that no JSON could have there. JSON.parse names the place of some faults
 * only, so it is asked about beginnings of the text: one that could still be completed fails at its very end.
 */
export function findJsonFault(text: string): JsonFault {
  let sound = 0; // this many characters can begin a JSON text
  let broken = text.length + 1; // this many can't
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (couldBegin(text.slice(0, middle))) sound = middle;
    else broken = middle;
  }
  const lines = text.slice(0, sound).split("\n");
  const place = { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
  const found = text.charAt(sound);
  if (found === "") return { ...place, reason: "the text ends before it is complete" };
  const afterComma = /[}\]]/.test(found) && /,\s*$/.test(text.slice(0, sound));
  return { ...place, reason: afterComma ? "nothing follows the comma" : `unexpected ${JSON.stringify(found)}` };
}

function couldBegin(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const at = /at position (\d+)/.exec(message)?.[1];
    return /^(Unexpected end of JSON|Unterminated string)/.test(message) || Number(at) === text.length;
  }
}
