import type { DecodedRow, Decoder } from "./decoder.ts";

/** What cuts the bytes of a file into the pieces that rows are made of, and hands out each of them. */
export interface Cutter {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** What all decoders have in common that cut a file: rows are kept as the pieces come, and given out chunk by chunk. */
export abstract class CuttingDecoder implements Decoder {
  protected abstract readonly cutter: Cutter;
  #rows: DecodedRow[] = [];

  push(chunk: Uint8Array): DecodedRow[] {
    this.cutter.push(chunk);
    return this.#take();
  }

  end(): DecodedRow[] {
    this.cutter.end();
    this.atEnd();
    return this.#take();
  }

  protected add(row: DecodedRow): void {
    this.#rows.push(row);
  }

  /** Adds what only the end of the file tells. */
  protected atEnd(): void {}

  #take(): DecodedRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
