import type { Reject } from "../../core/reject.ts";
import { CSV_LIMITS } from "../csv/tokenizer.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import { RAW_TEXT_MAX, type RowOutcome } from "../decoder.ts";
import { faultReject } from "../mapping/record-faults.ts";
import { TextRow } from "../row.ts";
import { decodeText, type Encoding } from "../text/encoding.ts";
import { type XmlPiece, XmlSplitter } from "./xml-splitter.ts";

/** What an XML format's files are made of. */
export interface XmlLayout {
  /** The element that is one record. */
  readonly element: string;
  /** The element around all of them, which a file must close; null where a record is a document of its own. */
  readonly root: string | null;
  /** Other tags that may stand around records. */
  readonly tags?: readonly string[];
  /** Texts that may stand around records. */
  readonly words?: readonly string[];
  /** The switch's own number of a record, whatever becomes of it. */
  readonly sequenceOf?: (xml: string) => string | undefined;
}

/** Decodes files of XML records: each is parsed alone, so a broken one costs no other. */
export class XmlDecoder extends CuttingDecoder {
  protected readonly cutter: XmlSplitter;
  readonly #layout: XmlLayout;
  readonly #judge: (xml: string) => RowOutcome;
  readonly #framing: RegExp;
  readonly #opens: RegExp;
  /** All up to the last tag that closes a file. */
  readonly #closes: RegExp;
  #encoding: Encoding = "auto";
  #isOpen = false;
  #line = 1;
  #endOffset = 0;

  /** `judge` says what becomes of a closed record; it may not be well-formed. */
  constructor(layout: XmlLayout, judge: (xml: string) => RowOutcome) {
    super();
    const { element, root, tags = [], words = [] } = layout;
    this.#layout = layout;
    this.#judge = judge;
    this.cutter = new XmlSplitter(element, CSV_LIMITS.recordBytesMax, (piece) => this.#piece(piece));
    this.#framing = framingPattern(root === null ? tags : [root, ...tags], words);
    // Releases write their own tags with capitals and without.
    this.#opens = new RegExp(`<${root}[\\s>]`, "i");
    this.#closes = new RegExp(`^.*</${root}\\s*>`, "is");
  }

  protected override atEnd(): void {
    if (!this.#isOpen) return;
    const outcome = rejected(fileCutOff(this.#layout.root ?? ""));
    this.add(new TextRow(this.#line, this.#endOffset, "", outcome));
  }

  #piece(piece: XmlPiece): void {
    const text = decodeText(piece.bytes, this.#encoding);
    const outcome = piece.kind === "record" ? this.#record(piece, text) : this.#between(piece, text);
    this.#line = piece.line;
    this.#endOffset = piece.endOffset;
    const sequence = piece.kind === "record" ? this.#layout.sequenceOf?.(text) : undefined;
    this.add(new TextRow(piece.line, piece.endOffset, text.slice(0, RAW_TEXT_MAX), outcome, sequence));
  }

  #record({ fault }: XmlPiece, text: string): RowOutcome {
    if (fault === "too-long") return rejected(faultReject("record-too-long"));
    if (fault === null) return this.#judge(text);
    // Where records nest in an element of their own name, that one is open when the first of them begins.
    if (this.#layout.tags?.includes(this.#layout.element) && this.#isFraming(text)) return BLANK;
    return rejected(notXml(`${this.#layout.element} is not closed`));
  }

  /** The document's own tags, and nothing else. */
  #between({ fault }: XmlPiece, text: string): RowOutcome {
    if (fault === "too-long") return rejected(faultReject("record-too-long"));
    const encoding = /^\uFEFF?\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w-]+)["']/i.exec(text)?.[1];
    if (encoding) this.#encoding = /^utf-?8$/i.test(encoding) ? "utf-8" : "latin-1";
    const opens = this.#opens.test(text);
    const closes = this.#closes.test(text);
    // Where files were put one after the other, the next one opens behind the end of the last.
    this.#isOpen = closes ? this.#opens.test(text.replace(this.#closes, "")) : opens || this.#isOpen;
    if (!this.#isFraming(text)) return rejected(notXml(`it stands outside of any ${this.#layout.element}`));
    return opens ? HEADER : closes ? TRAILER : BLANK;
  }

  /**
   * Whether a text is made of a document's own tags, comments and blanks. Piece by piece, each where the one before
   * ended: a search would look through the rest of a broken file for the end of everything that begins in it.
   */
  #isFraming(text: string): boolean {
    const piece = this.#framing;
    piece.lastIndex = 0;
    while (piece.lastIndex < text.length) if (!piece.test(text)) return false;
    return true;
  }
}

const HEADER: RowOutcome = { kind: "framing", what: "header" };
const TRAILER: RowOutcome = { kind: "framing", what: "trailer" };
const BLANK: RowOutcome = { kind: "framing", what: "blank" };

function framingPattern(tags: readonly string[], words: readonly string[]): RegExp {
  const own = tags.length === 0 ? "" : `|</?(?:${tags.join("|")})(?=[\\s/>])[^>]*>`;
  const said = words.length === 0 ? "" : `|(?:${words.join("|")})(?=\\s*<)`;
  return new RegExp(`\\uFEFF|\\s+|<\\?.*?\\?>|<!--.*?-->|<!DOCTYPE[^>[]*>${own}${said}`, "isy");
}

const rejected = (reject: Reject): RowOutcome => ({ kind: "reject", reject });

/** The reject for a record that is no XML, or not the XML that it should be. */
export const notXml = (reason: string): Reject => ({
  code: "record-not-xml",
  what: `The record cannot be read as XML: ${reason.slice(0, 200)}.`,
  fix: "Correct the record and retry; if the file was cut off, fetch it again from the switch.",
});

const fileCutOff = (root: string): Reject => ({
  code: "trailer-missing",
  what: `The file ends without </${root}>.`,
  fix: "The switch is still writing it, or it was cut off: fetch it again. The records before its end were read.",
});
