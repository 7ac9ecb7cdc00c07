import type { Reject, RejectCode } from "../core/reject.ts";
import type { DecodedRow, Decoder } from "./decoder.ts";
import { TextRow } from "./row.ts";

/**
 * For switches that end every line: sets the last record aside when its last line has no line end, because the file
 * was cut off there or is still being written, and a number that was cut off looks whole.
 */
export class WholeLinesDecoder implements Decoder {
  readonly #decoder: Decoder;
  #endsInLine = true;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  push(chunk: Uint8Array): DecodedRow[] {
    const last = chunk.at(-1);
    if (last !== undefined) this.#endsInLine = last === 0x0a || last === 0x0d;
    return this.#decoder.push(chunk);
  }

  end(): DecodedRow[] {
    const rows = this.#decoder.end();
    if (this.#endsInLine) return rows;
    const at = rows.findLastIndex(({ outcome }) => outcome.kind !== "framing");
    return rows.map((row, index) => {
      if (index !== at || (row.outcome.kind === "reject" && !SHORTENED.has(row.outcome.reject.code))) return row;
      return new TextRow(row.line, row.endOffset, row.raw, { kind: "reject", reject: cutOff() });
    });
  }
}

/** What is wrong with a record that lacks its end. */
const SHORTENED: ReadonlySet<RejectCode> = new Set<RejectCode>(["column-count", "broken-quoting"]);

const cutOff = (): Reject => ({
  code: "trailer-missing",
  what: "The record's last line has no line end: the file was cut off there, or is still being written.",
  fix: "Fetch the file again. If the record is whole, retry it as it is.",
});
