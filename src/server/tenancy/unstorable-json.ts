/** A place in a JSON value that no database keeps as it is. */
export interface UnstorablePlace {
  /** JSON pointer. */
  readonly pointer: string;
  readonly what: string;
  readonly fix: string;
}

/** Nothing that Tollwright reads nests deeper; what does would end the program that walks through it. */
const DEPTH_MAX = 100;

/** What JSON can spell and PostgreSQL refuses: NUL and halves of surrogate pairs in texts and names, and depth. */
export function unstorablePlaces(value: unknown, pointer = "", depth = 0): readonly UnstorablePlace[] {
  if (typeof value === "string") {
    if (!value.includes("\0") && value.isWellFormed()) return [];
    return [{ pointer, what: "Holds \\u0000 or half a character, which is no text.", fix: "Remove it." }];
  }
  if (typeof value !== "object" || value === null) return [];
  if (depth === DEPTH_MAX)
    return [{ pointer: pointer.slice(0, 60), what: `Nests deeper than ${DEPTH_MAX} levels.`, fix: "Make it flatter." }];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...unstorablePlaces(name, pointer),
    ...unstorablePlaces(inner, `${pointer}/${name}`, depth + 1),
  ]);
}
