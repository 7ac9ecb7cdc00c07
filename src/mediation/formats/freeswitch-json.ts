import type { Reject } from "../../core/reject.ts";
import { WHOLE_LINES } from "../csv/dialect.ts";
import { CSV_LIMITS, CsvTokenizer } from "../csv/tokenizer.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import { type DecoderSettings, RAW_TEXT_MAX, type RowOutcome, type SwitchFormat } from "../decoder.ts";
import { FirstLineDecoder } from "../first-line-decoder.ts";
import { decodeFreeswitchDocument } from "../freeswitch-document.ts";
import { encodedDocument, JSON_DOCUMENT, unwrapCdrPost } from "../freeswitch-post.ts";
import { JsonSplitter } from "../mapping/json-splitter.ts";
import { faultReject } from "../mapping/record-faults.ts";
import { TextRow } from "../row.ts";
import { decodeText } from "../text/encoding.ts";

/**
 * FreeSWITCH mod_json_cdr: the files that it keeps when a post fails, or its posts. One document, several one after
 * the other, a list of them, or one document a line, which may be encoded: files of failed posts are, as the post
 * would have been. Source: docs/guides/freeswitch.md.
 */
export const freeswitchJson: SwitchFormat = {
  name: "freeswitch-json",
  title: "FreeSWITCH mod_json_cdr",
  evidence: "proven",
  hint: { fileName: /\.json$/ },
  open: (settings) => new FirstLineDecoder((line) => new FreeswitchJsonDecoder(settings, isDocument(line))),
  unwrapPost: (contentType, body) => unwrapCdrPost(JSON_DOCUMENT, contentType, body),
};

/** A first line that is a whole document says one document a line: then a broken one can't swallow the next. */
const isDocument = (line: string): boolean =>
  line !== "" && (!startsJson(line) || (line.startsWith("{") && line.trimEnd().endsWith("}")));

class FreeswitchJsonDecoder extends CuttingDecoder {
  protected readonly cutter: CsvTokenizer | JsonSplitter;
  readonly #settings: DecoderSettings;
  #endOffset = 0;

  constructor(settings: DecoderSettings, hasLines: boolean) {
    super();
    this.#settings = settings;
    this.cutter = hasLines ? this.#lines() : this.#documents();
  }

  protected override atEnd(): void {
    const { line, offset } = this.cutter;
    if (offset > this.#endOffset) this.#add(line, offset, "", { kind: "framing", what: "blank" });
  }

  #lines(): CsvTokenizer {
    return new CsvTokenizer(WHOLE_LINES, "utf-8", (record) => {
      const fault = record.fault && faultReject(record.fault);
      const outcome: RowOutcome = record.isBlank
        ? { kind: "framing", what: "blank" }
        : this.#decode(record.field(0), fault);
      this.#add(record.line, record.endOffset, record.rawText(), outcome);
    });
  }

  #documents(): JsonSplitter {
    return new JsonSplitter([], CSV_LIMITS.recordBytesMax, ({ line, endOffset, bytes, fault }) => {
      const text = decodeText(bytes, "utf-8");
      const reject = fault === "too-long" ? faultReject("record-too-long") : fault && notJson("brackets do not match");
      this.#add(line, endOffset, text.slice(0, RAW_TEXT_MAX), this.#decode(text, reject));
    });
  }

  #decode(text: string, fault: Reject | null): RowOutcome {
    if (fault) return { kind: "reject", reject: fault };
    let document: unknown;
    try {
      document = JSON.parse(startsJson(text) ? text : (encodedDocument(JSON_DOCUMENT, text.trim()) ?? text));
    } catch (error) {
      return { kind: "reject", reject: notJson(error instanceof Error ? error.message : String(error)) };
    }
    return decodeFreeswitchDocument(document, this.#settings);
  }

  #add(line: number, endOffset: number, raw: string, outcome: RowOutcome): void {
    this.#endOffset = endOffset;
    this.add(new TextRow(line, endOffset, raw, outcome));
  }
}

const startsJson = (text: string): boolean => JSON_DOCUMENT.start.test(text);

const notJson = (reason: string): Reject => ({
  code: "record-not-json",
  what: `The record cannot be read as JSON: ${reason.slice(0, 200)}.`,
  fix: "If the switch still has the record, fetch it again; else correct the brackets and quotes and retry.",
});
