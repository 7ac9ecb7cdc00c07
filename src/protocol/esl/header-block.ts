/** Names and values of a block of headers, each name once, in the order of the block. */
export type EslHeaders = ReadonlyMap<string, string>;

/** A block of headers, or what is wrong with it. */
export type HeaderBlock =
  | { readonly kind: "headers"; readonly headers: EslHeaders }
  | { readonly kind: "malformed"; readonly reason: string };

const TEXT_SHOWN_MAX = 40;

/**
 * Reads `Name: value` lines as they stand. Of a name that comes twice the first counts, as it does for FreeSWITCH
 * itself; two lengths that differ are refused, because nothing after them could be trusted.
 */
export function readHeaderBlock(text: string, headersMax: number): HeaderBlock {
  const headers = new Map<string, string>();
  for (const line of text.split("\n")) {
    const trimmed = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (trimmed === "") continue;
    const colon = trimmed.indexOf(":");
    if (colon <= 0) return malformed(`no header: ${JSON.stringify(trimmed.slice(0, TEXT_SHOWN_MAX))}`);
    const name = trimmed.slice(0, colon);
    const value = trimmed.slice(trimmed[colon + 1] === " " ? colon + 2 : colon + 1);
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (name === "Content-Length" && before !== value) return malformed("two lengths that differ");
    if (headers.size > headersMax) return malformed(`more than ${headersMax} headers`);
  }
  return { kind: "headers", headers };
}

/** The same headers with their values decoded. */
export const decodedHeaders = (headers: EslHeaders): EslHeaders =>
  new Map([...headers].map(([name, value]) => [name, urlDecoded(value)]));

/**
 * `%0A` becomes a line break. A "+" stays one and a "%" that begins no octet stands for itself, because FreeSWITCH
 * leaves both so; octets that are no UTF-8 become U+FFFD.
 */
export function urlDecoded(value: string): string {
  if (!value.includes("%")) return value;
  return value.replace(/(?:%[0-9A-Fa-f]{2})+/g, (octets) => Buffer.from(octets.replaceAll("%", ""), "hex").toString());
}

const malformed = (reason: string): HeaderBlock => ({ kind: "malformed", reason });
