import type { DecodedRow, Decoder } from "./decoder.ts";
import { decodeBytewise } from "./text/encoding.ts";

/** A first line longer than this tells enough. */
const HEAD_BYTES_MAX = 65_536;

/**
 * For files whose first line that is not blank tells how they are written: it chooses the decoder, also of one row that
 * is read again by itself and that nobody could understand.
 */
export class FirstLineDecoder implements Decoder {
  readonly #choose: (line: string) => Decoder;
  /** null until the line is there. */
  #chosen: Decoder | null = null;
  #head: Uint8Array = new Uint8Array();

  constructor(choose: (line: string) => Decoder) {
    this.#choose = choose;
  }

  push(chunk: Uint8Array): DecodedRow[] {
    return this.#chosen ? this.#chosen.push(chunk) : this.#sniff(chunk, false);
  }

  end(): DecodedRow[] {
    const rows = this.#chosen ? [] : this.#sniff(new Uint8Array(), true);
    return [...rows, ...(this.#chosen?.end() ?? [])];
  }

  #sniff(chunk: Uint8Array, final: boolean): DecodedRow[] {
    const head = new Uint8Array(this.#head.length + chunk.length);
    head.set(this.#head);
    head.set(chunk, this.#head.length);
    this.#head = head;
    const line = firstLine(head, final);
    if (line === undefined) return [];
    this.#chosen = this.#choose(line);
    this.#head = new Uint8Array();
    return this.#chosen.push(head);
  }
}

/** The UTF-8 byte order mark, bytewise. */
const BOM = /^\u00ef\u00bb\u00bf/;

/** The first line that is not blank; undefined while it may go on in the next chunk. */
function firstLine(head: Uint8Array, final: boolean): string | undefined {
  const text = decodeBytewise(head.subarray(0, HEAD_BYTES_MAX)).replace(BOM, "");
  const line = text.trimStart();
  // Two steps: one search for a line with its end would look through all of a long line from each of its characters.
  const end = line.search(/[\r\n]/);
  if (end >= 0) return line.slice(0, end);
  return final || head.length >= HEAD_BYTES_MAX ? line : undefined;
}
