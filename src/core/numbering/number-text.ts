/**
 * The part of a field that names a number: "sip:+44…@host;user=phone", "<tel:+44-…>" and '"Alice" <sip:…>' lose what is
 * around it. Plain digits come back as they are, at once.
 */
export function numberText(raw: string): string {
  if (isPlain(raw)) return raw;
  let text = raw.trim();
  const open = text.lastIndexOf("<");
  if (open >= 0) text = text.slice(open + 1).replace(/>.*$/s, "");
  text = text.replace(/^(?:sips?|tel):/i, "").replace(/[@;?].*$/s, "");
  if (text.includes("%"))
    text = text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return text.trim();
}

/**
 * A number without what people put between digits, without a "(0)" after a country code, and without the "#" that ends
 * dialling. Text that holds anything else comes back unchanged: letters are never turned into digits.
 */
export function withoutSeparators(text: string): string {
  if (isPlain(text)) return text;
  const bare = text
    .replace(/^(\+\d{1,3}\s*)\(0\)/, "$1")
    .replace(/[\s().\-/\u2010-\u2015\u00a0]/g, "")
    .replace(/#$/, "");
  return /^\+?\d+$/.test(bare) ? bare : text;
}

/** Whether the text is one digit or more, and nothing else. */
export const isDigits = (text: string): boolean => text !== "" && digitsUntil(text, 0) === text.length;

const PLUS = 43;

const isPlain = (text: string): boolean => {
  const from = text.charCodeAt(0) === PLUS ? 1 : 0;
  return text.length > from && digitsUntil(text, from) === text.length;
};

/** Index of the first character from `from` on that is no digit. */
function digitsUntil(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i++;
  return i;
}
