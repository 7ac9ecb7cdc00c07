import type { RejectCode } from "../core/reject.ts";
import type { DecodedRow, Decoder } from "./decoder.ts";

/** So much of a file shows how it is written; the same number whatever the chunks, so that chunks change nothing. */
const HEAD_BYTES = 65_536;

/**
 * For switches that write their records in several ways (templates, delimiters, a header or none): reads a file in
 * the way that understands most of its head, the first one among equals. The first way is opened at once, so that
 * settings that do not fit are told before a byte is read.
 */
export class BestWayDecoder implements Decoder {
  readonly #ways: readonly (() => Decoder)[];
  /** null until there is head enough to choose. */
  #chosen: Decoder | null = null;
  #head: Uint8Array = new Uint8Array();

  constructor(ways: readonly (() => Decoder)[]) {
    this.#ways = ways;
    ways[0]?.();
  }

  push(chunk: Uint8Array): DecodedRow[] {
    if (this.#chosen !== null) return this.#chosen.push(chunk);
    const head = new Uint8Array(this.#head.length + chunk.length);
    head.set(this.#head);
    head.set(chunk, this.#head.length);
    this.#head = head;
    return head.length < HEAD_BYTES ? [] : this.#choose(false).push(head);
  }

  end(): DecodedRow[] {
    if (this.#chosen !== null) return this.#chosen.end();
    const decoder = this.#choose(true);
    return [...decoder.push(this.#head), ...decoder.end()];
  }

  #choose(isWhole: boolean): Decoder {
    const head = this.#head.subarray(0, HEAD_BYTES);
    let best = { open: this.#ways[0] as () => Decoder, share: 0 };
    for (const open of this.#ways) {
      const share = shareUnderstood(open(), head, isWhole);
      if (share > best.share) best = { open, share };
      if (share === 1) break;
    }
    this.#chosen = best.open();
    return this.#chosen;
  }
}

/** What is wrong with a record whose form is right. */
const UNDERSTOOD_REJECTS: ReadonlySet<RejectCode> = new Set<RejectCode>([
  ...(["called-missing", "zone-unknown", "line-end-missing"] as const),
]);

/**
 * Records of a head that become something other than a reject, as a share of all; 0 when there are none. A call without
 * a called number was understood as well: the switch was not told to write it; so was one in a time zone whose meaning
 * the source has to say, and one whose line alone is not ended. `isWhole`: the file ends with the head.
 */
export function shareUnderstood(decoder: Decoder, head: Uint8Array, isWhole: boolean): number {
  const rows = decoder.push(head);
  if (isWhole) rows.push(...decoder.end());
  const records = rows.filter(({ outcome }) => outcome.kind !== "framing");
  return records.length === 0 ? 0 : records.filter(isUnderstood).length / records.length;
}

/** Whether a row is a record whose form was understood, usable or not. */
export const isUnderstood = ({ outcome }: DecodedRow): boolean =>
  outcome.kind === "reject" ? UNDERSTOOD_REJECTS.has(outcome.reject.code) : outcome.kind !== "framing";
