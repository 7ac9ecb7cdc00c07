/** A stretch of a BAF file. `bytes` are good until the callback returns. */
export interface BafPiece {
  /**
   * `record`: a descriptor word and the record behind it. `file-header`: the header of the AMA data networking system.
   * `filler`: what fills a block, or a block's own descriptor word. `damaged`: bytes that no record can be told in.
   * `cut-off`: a record that goes on beyond the end of the file.
   */
  readonly kind: "record" | "file-header" | "filler" | "damaged" | "cut-off";
  readonly bytes: Uint8Array;
  readonly endOffset: number;
}

/** Bytes of a descriptor word: the length in two, itself included, and two that are zero. */
export const DESCRIPTOR_BYTES = 4;
/** First byte of a record behind its descriptor word: good, or with a fault that the switch itself knows of. */
export const RECORD_IDENTIFIERS = { good: 0xaa, faulty: 0xab } as const;

/** No switch writes longer records: a block has 2 or 4 KiB. */
const RECORD_BYTES_MAX = 16_384;
/** Descriptor word, identifier and the shortest structure. */
const RECORD_BYTES_MIN = 8;
/** Longest piece of filler or damage: its hexadecimal fits a row's raw text. */
const PIECE_BYTES_MAX = 32_768;
const FILE_HEADER_BYTES = 28;
/** Bytes that must be seen to know what starts at a place: the descriptor words of a block and of its first record. */
const START_BYTES = 2 * DESCRIPTOR_BYTES + 1;

/** What starts at a place; `unknown` until more bytes are there, `stub` when the file ends before it can be told. */
type Start = "record" | "block" | "filler" | "nothing" | "stub" | "unknown";

/**
 * Cuts a stream of bytes into BAF records, whatever the chunks: one record after the other, in blocks or not, with
 * filler between them or not. A damaged length costs its own record: reading goes on at the next place that looks like
 * a record's start. Source: Telcordia GR-1100-CORE, GR-1343-CORE.
 */
export class BafSplitter {
  readonly #onPiece: (piece: BafPiece) => void;
  #pending: Uint8Array = new Uint8Array();
  #offset = 0;

  constructor(onPiece: (piece: BafPiece) => void) {
    this.#onPiece = onPiece;
  }

  push(chunk: Uint8Array): void {
    this.#take(chunk, false);
  }

  end(): void {
    this.#take(new Uint8Array(), true);
  }

  #take(chunk: Uint8Array, final: boolean): void {
    const bytes = new Uint8Array(this.#pending.length + chunk.length);
    bytes.set(this.#pending);
    bytes.set(chunk, this.#pending.length);
    let at = 0;
    while (at < bytes.length) {
      const next = this.#next(bytes, at, final);
      if (next === at) break;
      at = next;
    }
    this.#pending = bytes.slice(at);
  }

  /** Gives out the piece at `at` when it is known; returns where the next one starts. */
  #next(bytes: Uint8Array, at: number, final: boolean): number {
    if (this.#offset === 0 && bytes[0] === FILE_HEADER_BYTES) return this.#fileHeader(bytes, final);
    switch (startAt(bytes, at, final)) {
      case "unknown":
        return at;
      case "filler":
        return this.#filler(bytes, at, final);
      case "block":
        return this.#give("filler", bytes, at, at + DESCRIPTOR_BYTES);
      case "record":
        return this.#record(bytes, at, final);
      case "stub":
        return this.#give("cut-off", bytes, at, bytes.length);
      case "nothing":
        return this.#damaged(bytes, at, final);
    }
  }

  #fileHeader(bytes: Uint8Array, final: boolean): number {
    if (bytes.length >= FILE_HEADER_BYTES) return this.#give("file-header", bytes, 0, FILE_HEADER_BYTES);
    return final ? this.#give("cut-off", bytes, 0, bytes.length) : 0;
  }

  #filler(bytes: Uint8Array, at: number, final: boolean): number {
    const most = Math.min(bytes.length, at + PIECE_BYTES_MAX);
    let end = at + 1;
    while (end < most && bytes[end] === bytes[at]) end++;
    if (!final && bytes.length < end + START_BYTES) return at;
    // The last zero before something else may be the first byte of its length.
    const isLength = bytes[at] === 0 && end < most && startAt(bytes, end, final) === "nothing";
    return this.#give("filler", bytes, at, isLength ? end - 1 : end);
  }

  #record(bytes: Uint8Array, at: number, final: boolean): number {
    const end = at + lengthAt(bytes, at);
    if (end > bytes.length) return final ? this.#cutOff(bytes, at) : at;
    if (!final && bytes.length < end + START_BYTES) return at;
    // Digits never look like the start of a record: with another one inside, its length is wrong.
    const inside = recordAfter(bytes, at, end);
    return this.#give(inside === undefined ? "record" : "damaged", bytes, at, inside ?? end);
  }

  /** The last record is longer than the file, unless its length is wrong and others follow. */
  #cutOff(bytes: Uint8Array, at: number): number {
    const next = recordAfter(bytes, at, bytes.length);
    if (next !== undefined) return this.#give("damaged", bytes, at, next);
    return this.#give("cut-off", bytes, at, bytes.length);
  }

  #damaged(bytes: Uint8Array, at: number, final: boolean): number {
    const most = at + PIECE_BYTES_MAX;
    const next = recordAfter(bytes, at, most);
    if (next !== undefined) return this.#give("damaged", bytes, at, next);
    if (!final && bytes.length < most + START_BYTES) return at;
    return this.#give("damaged", bytes, at, Math.min(most, bytes.length));
  }

  #give(kind: BafPiece["kind"], bytes: Uint8Array, start: number, end: number): number {
    this.#offset += end - start;
    this.#onPiece({ kind, bytes: bytes.subarray(start, end), endOffset: this.#offset });
    return end;
  }
}

const lengthAt = (bytes: Uint8Array, at: number): number => (bytes[at] as number) * 256 + (bytes[at + 1] as number);

function startAt(bytes: Uint8Array, at: number, final: boolean): Start {
  const has = bytes.length - at;
  if (has < START_BYTES && !final) return "unknown";
  const inside = at + DESCRIPTOR_BYTES;
  if (isDescriptor(bytes, at)) {
    if (isIdentifier(bytes[inside])) return "record";
    if (isDescriptor(bytes, inside) && isIdentifier(bytes[inside + DESCRIPTOR_BYTES])) return "block";
  }
  const first = bytes[at] as number;
  if (first === RECORD_IDENTIFIERS.good) return "filler";
  if (first === 0 && bytes.subarray(at, inside).every((byte) => byte === 0)) return "filler";
  return has < START_BYTES ? "stub" : "nothing";
}

const isDescriptor = (bytes: Uint8Array, at: number): boolean => {
  const length = lengthAt(bytes, at);
  return length >= RECORD_BYTES_MIN && length <= RECORD_BYTES_MAX && bytes[at + 2] === 0 && bytes[at + 3] === 0;
};

const isIdentifier = (byte: number | undefined): boolean =>
  byte === RECORD_IDENTIFIERS.good || byte === RECORD_IDENTIFIERS.faulty;

/** The first place behind `at`, and before `until`, where a record may start. */
function recordAfter(bytes: Uint8Array, at: number, until: number): number | undefined {
  const last = Math.min(bytes.length - START_BYTES, until - 1);
  for (let next = at + 1; next <= last; next++)
    if (isDescriptor(bytes, next) && isIdentifier(bytes[next + DESCRIPTOR_BYTES])) return next;
  return undefined;
}
