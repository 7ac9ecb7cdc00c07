/** An object out of JSON from outside: what is in it has to be looked at before it is believed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value itself when it is an object, and no list. */
export const asObject = (value: unknown): JsonObject | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;

/** What the object itself holds under a name, nothing inherited. */
export const valueIn = (object: JsonObject | null, name: string): unknown =>
  object !== null && Object.hasOwn(object, name) ? object[name] : undefined;

/** The object under a name; null when there is none. */
export const objectIn = (object: JsonObject | null, name: string): JsonObject | null => asObject(valueIn(object, name));

/** A list; an empty one when there is none. */
export const listIn = (object: JsonObject | null, name: string): readonly unknown[] => {
  const value = valueIn(object, name);
  return Array.isArray(value) ? value : [];
};

/** A text that is not empty. A number counts as its digits: programs differ in which of the two they write. */
export function textIn(object: JsonObject | null, name: string): string | null {
  const value = valueIn(object, name);
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" && Number.isFinite(value) ? String(value) : null;
}

/** A whole number from 0 up that is held exactly, or its digits. */
export function wholeNumberIn(object: JsonObject | null, name: string): number | null {
  const text = textIn(object, name);
  return text !== null && /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

/** All that {@link textIn} finds in the object, by name; null when the object has more names than `namesMax`. */
export function textsOf(object: JsonObject, namesMax: number): ReadonlyMap<string, string> | null {
  const texts = new Map<string, string>();
  const names = Object.keys(object);
  for (const name of names.slice(0, namesMax)) {
    const text = textIn(object, name);
    if (text !== null) texts.set(name, text);
  }
  return names.length > namesMax ? null : texts;
}
