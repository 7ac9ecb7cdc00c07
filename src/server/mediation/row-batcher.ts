import type { DecodedRow } from "../../mediation/decoder.ts";
import { uuidText } from "../db/binary-copy.ts";
import { rawHash } from "../usage/identity.ts";
import type { ArrivedRow } from "./arrived-row.ts";

/** Rows that are stored together, and how far they reach in their file. */
export interface RowBatch {
  readonly rows: readonly ArrivedRow[];
  /** Rows of any kind, header rows included, before this batch and up to its end. */
  readonly rowsBefore: number;
  readonly rowsDone: number;
  readonly lineDone: number;
  readonly bytesDone: number;
  readonly preamble: string;
}

/** Most characters of header rows that are kept; a header is one line, at most a few. */
const PREAMBLE_MAX = 1 << 18;

/**
 * Cuts a file's rows into batches. Rows before `skip` were accounted for by an earlier run of the same pass: they are
 * decoded, because later rows may depend on them, and left out.
 */
export class RowBatcher {
  readonly #fileId: string;
  readonly #size: number;
  #rows: ArrivedRow[] = [];
  #before: number;
  #seen = 0;
  #line = 0;
  #bytes = 0;
  #preamble = "";

  constructor(fileId: string, { size, skip }: { readonly size: number; readonly skip: number }) {
    this.#fileId = fileId;
    this.#size = size;
    this.#before = skip;
  }

  /** Takes one row; a batch comes back when it is full. */
  add(row: DecodedRow): RowBatch | undefined {
    this.#seen += 1;
    this.#line = row.line;
    this.#bytes = row.endOffset;
    const { outcome, raw } = row;
    if (outcome.kind === "framing") {
      if (outcome.what === "header" || outcome.what === "type-row") this.#keep(raw);
      return undefined;
    }
    if (this.#seen <= this.#before) return undefined;
    this.#rows.push(raw === "" ? this.#atEnd(row.line, outcome) : { line: row.line, raw, outcome });
    return this.#rows.length >= this.#size ? this.#cut() : undefined;
  }

  /** What is left at the end of the file; undefined when everything has been stored before. */
  end(): RowBatch | undefined {
    return this.#seen > this.#before ? this.#cut() : undefined;
  }

  #cut(): RowBatch {
    const batch = {
      rows: this.#rows,
      rowsBefore: this.#before,
      rowsDone: this.#seen,
      lineDone: this.#line,
      bytesDone: this.#bytes,
      preamble: this.#preamble,
    };
    this.#rows = [];
    this.#before = this.#seen;
    return batch;
  }

  /** What is wrong with the file as a whole has no text: it is known by the file. */
  #atEnd(line: number, outcome: ArrivedRow["outcome"]): ArrivedRow {
    return { line, raw: "", outcome, knownAs: uuidText(rawHash(`end of ${this.#fileId}`)) };
  }

  #keep(raw: string): void {
    if (this.#preamble.length + raw.length > PREAMBLE_MAX) return;
    this.#preamble = this.#preamble === "" ? raw : `${this.#preamble}\n${raw}`;
  }
}
