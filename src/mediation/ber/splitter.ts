import { DEPTH_MAX } from "./element.ts";
import { type BerHeader, readHeader } from "./header.ts";
import { type BerTag, END_OF_CONTENTS } from "./tag.ts";

/** What an element is to the reader: entered, given out whole, or not expected where it stands. */
export type BerPlace = "container" | "record" | "foreign";

/** One stretch of a stream of BER; its bytes are good until the callback returns. */
export interface BerPiece {
  /**
   * `open`: the header of a container. `record`: a whole element. `close`: end-of-contents octets of a container.
   * `padding`: octets between and after outermost elements that mean nothing. `broken`: what could not be told apart.
   * `foreign`: an element that is not expected where it stands, and all that follows it in the container around it.
   */
  readonly kind: "open" | "record" | "close" | "padding" | "broken" | "foreign";
  /** Tags of the containers around it and of the element itself, outermost first. */
  readonly path: readonly BerTag[];
  /** Where it starts and ends in the stream. */
  readonly offset: number;
  readonly endOffset: number;
  readonly bytes: Uint8Array;
  /** Whether it is too long, and `bytes` only its beginning. */
  readonly isCut: boolean;
  /** Why it is broken, in words; null for other kinds. */
  readonly fault: string | null;
}

interface Container {
  readonly tag: BerTag;
  /** Where it ends in the stream; null: at its end-of-contents octets. */
  readonly end: number | null;
}

/** What is being read, between two calls of `push`. */
type State =
  | { readonly kind: "header" }
  /** `length` octets of the record are still to come; in one of indefinite length, up to its next inner header. */
  | { readonly kind: "content"; length: number }
  /** The next header inside a record of indefinite length. */
  | { readonly kind: "inner-header" }
  | { readonly kind: "padding" }
  /** Everything up to `end`, or up to the end of the stream. */
  | { readonly kind: "broken"; readonly end: number | null; readonly fault: string }
  | { readonly kind: "foreign"; readonly end: number | null };

type Rest = Extract<State, { readonly kind: "broken" | "foreign" }>;

/** A tag of 5 octets, and a length of at most 127. */
const HEADER_BYTES_MAX = 132;

/** NUL, line ends, blank, and the end-of-file mark of old transfer programs. */
const PADDING: ReadonlySet<number> = new Set([0x00, 0x0a, 0x0d, 0x1a, 0x20]);

/**
 * Cuts a stream of BER into records without parsing them. `placeOf` says of each element, by the tags that lead to it,
 * whether it is entered, is a record, or has no business there.
 *
 * A record is known by its length alone, so a broken one costs itself. Where a header between records is broken, nobody
 * can tell where the next one starts: then everything up to the end of the container around it is one broken piece.
 * Memory stays flat: one record of at most `recordBytesMax` is kept.
 */
export class BerSplitter {
  readonly #placeOf: (path: readonly BerTag[]) => BerPlace;
  readonly #recordBytesMax: number;
  readonly #onPiece: (piece: BerPiece) => void;
  readonly #containers: Container[] = [];
  #state: State = { kind: "header" };
  #path: readonly BerTag[] = [];
  /** Elements of indefinite length that are open inside the record, itself included. */
  #indefinites = 0;
  #kept = new Uint8Array(4_096);
  #keptBytes = 0;
  #pieceOffset = 0;
  readonly #header = new Uint8Array(HEADER_BYTES_MAX);
  #headerBytes = 0;
  #offset = 0;

  constructor(
    { placeOf, recordBytesMax }: { placeOf: (path: readonly BerTag[]) => BerPlace; recordBytesMax: number },
    onPiece: (piece: BerPiece) => void,
  ) {
    this.#placeOf = placeOf;
    this.#recordBytesMax = recordBytesMax;
    this.#onPiece = onPiece;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Whether a container is still open: at the end of a file, its end is missing. */
  get isInContainer(): boolean {
    return this.#containers.length > 0;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const state = this.#state;
      if (state.kind === "header" || state.kind === "inner-header") {
        at = this.#headerByte(state.kind, chunk, at);
      } else if (state.kind === "padding") {
        if (PADDING.has(chunk[at] as number)) at += this.#take(chunk, at, 1);
        else this.#give("padding", null);
      } else if (state.kind === "content") {
        const taken = this.#take(chunk, at, state.length);
        state.length -= taken;
        at += taken;
        if (state.length === 0) this.#contentRead();
      } else {
        at += this.#take(chunk, at, (state.end ?? Number.POSITIVE_INFINITY) - this.#offset);
        if (this.#offset === state.end) this.#giveRest(state);
      }
    }
  }

  /** Gives out what the end of the stream cut off. */
  end(): void {
    if (this.#offset === this.#pieceOffset) return;
    const state = this.#state;
    if (state.kind === "padding") this.#give("padding", null);
    else if (state.kind === "broken" || state.kind === "foreign") this.#giveRest(state);
    else this.#give("broken", "the file ends within it");
  }

  #headerByte(kind: "header" | "inner-header", chunk: Uint8Array, at: number): number {
    if (kind === "header" && this.#headerBytes === 0) {
      this.#path = this.#containers.map(({ tag }) => tag);
      if (this.#containers.length === 0 && PADDING.has(chunk[at] as number)) {
        this.#state = { kind: "padding" };
        return at;
      }
    }
    this.#header[this.#headerBytes++] = chunk[at] as number;
    this.#take(chunk, at, 1);
    const header = readHeader(this.#header, 0, this.#headerBytes);
    if (header !== null) {
      this.#headerBytes = 0;
      const fault = "fault" in header ? header.fault : this.#faultOf(header);
      if (fault !== null) this.#break(fault);
      else if (kind === "header") this.#elementStarts(header as BerHeader);
      else this.#innerStarts(header as BerHeader);
    }
    return at + 1;
  }

  #faultOf({ contentBytes }: BerHeader): string | null {
    const end = this.#containers.at(-1)?.end ?? null;
    return end === null || this.#offset + (contentBytes ?? 0) <= end
      ? null
      : "its length reaches beyond the element around it";
  }

  #elementStarts({ tag, isConstructed, contentBytes }: BerHeader): void {
    const around = this.#containers.at(-1);
    if (tag === END_OF_CONTENTS) {
      if (around?.end !== null || contentBytes !== 0) this.#break("end-of-contents octets stand where none are due");
      else {
        this.#containers.pop();
        this.#give("close", null);
      }
      return;
    }
    this.#path = [...this.#path, tag];
    const place = this.#placeOf(this.#path);
    if (place === "foreign") this.#passOver({ kind: "foreign", end: around?.end ?? null });
    else if (place === "container" && isConstructed) {
      this.#containers.push({ tag, end: contentBytes === null ? null : this.#offset + contentBytes });
      this.#give("open", null);
    } else if (contentBytes === null) {
      this.#indefinites = 1;
      this.#state = { kind: "inner-header" };
    } else this.#contentFollows(contentBytes);
  }

  #innerStarts({ tag, contentBytes }: BerHeader): void {
    if (tag === END_OF_CONTENTS && contentBytes === 0) {
      this.#indefinites--;
      this.#contentRead();
    } else if (contentBytes !== null) this.#contentFollows(contentBytes);
    else if (this.#indefinites < DEPTH_MAX) {
      this.#indefinites++;
      this.#state = { kind: "inner-header" };
    } else this.#break(`it nests deeper than ${DEPTH_MAX} elements`);
  }

  #contentFollows(length: number): void {
    if (length === 0) this.#contentRead();
    else this.#state = { kind: "content", length };
  }

  #contentRead(): void {
    if (this.#indefinites > 0) this.#state = { kind: "inner-header" };
    else this.#give("record", null);
  }

  /** Nobody can tell where the next element starts. */
  #break(fault: string): void {
    this.#passOver({ kind: "broken", end: this.#containers.at(-1)?.end ?? null, fault });
  }

  /** Passes over everything up to the end of the container around it. */
  #passOver(state: Rest): void {
    this.#indefinites = 0;
    this.#state = state;
    if (this.#offset === state.end) this.#giveRest(state);
  }

  #giveRest(state: Rest): void {
    this.#give(state.kind, state.kind === "broken" ? state.fault : null);
  }

  /** Takes up to `length` octets of the chunk, and keeps as many as there is room for; answers how many it took. */
  #take(chunk: Uint8Array, at: number, length: number): number {
    const taken = Math.min(length, chunk.length - at);
    const kept = Math.min(taken, this.#recordBytesMax - this.#keptBytes);
    if (this.#keptBytes + kept > this.#kept.length) this.#grow(this.#keptBytes + kept);
    this.#kept.set(chunk.subarray(at, at + kept), this.#keptBytes);
    this.#keptBytes += kept;
    this.#offset += taken;
    return taken;
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(Math.max(bytes, this.#kept.length * 2));
    larger.set(this.#kept);
    this.#kept = larger;
  }

  #give(kind: BerPiece["kind"], fault: string | null): void {
    this.#onPiece({
      kind,
      path: this.#path,
      offset: this.#pieceOffset,
      endOffset: this.#offset,
      bytes: this.#kept.subarray(0, this.#keptBytes),
      isCut: this.#offset - this.#pieceOffset > this.#keptBytes,
      fault,
    });
    this.#pieceOffset = this.#offset;
    this.#keptBytes = 0;
    this.#headerBytes = 0;
    this.#state = { kind: "header" };
    while (this.#containers.at(-1)?.end === this.#offset) this.#containers.pop();
  }
}
