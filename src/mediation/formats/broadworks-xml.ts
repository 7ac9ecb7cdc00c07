import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { CallDirection, SwitchCall } from "../../core/usage/switch-call.ts";
import { CSV_LIMITS } from "../csv/tokenizer.ts";
import {
  type DecodedRow,
  type Decoder,
  type DecoderSettings,
  RAW_TEXT_MAX,
  type RowOutcome,
  type SwitchFormat,
} from "../decoder.ts";
import { faultReject } from "../mapping/record-faults.ts";
import { TextRow } from "../row.ts";
import { checkCall } from "../sanity.ts";
import { wholeNumber } from "../text/duration-text.ts";
import { decodeText, type Encoding } from "../text/encoding.ts";
import { TimestampPattern } from "../text/timestamp-pattern.ts";
import { type ElementTexts, readElement } from "../xml/read-element.ts";
import { type XmlPiece, XmlSplitter } from "../xml/xml-splitter.ts";

/**
 * BroadWorks accounting files in XML: one `cdrData` a party and call, times in UTC with milliseconds. Only records
 * of the type Normal are calls. Source: docs/guides/broadworks.md.
 */
export const broadworksXml: SwitchFormat = {
  name: "broadworks-xml",
  title: "BroadWorks accounting (XML)",
  evidence: "proven",
  hint: { fileName: /^BW-CDR|\.xml$/ },
  open: (settings) => new BroadworksXmlDecoder(settings),
};

/** Marks in the file, and records of calls that a Normal record reports as a whole when they are over. */
const NON_BILLABLE_TYPES: ReadonlySet<string> = new Set([
  "Start",
  "End",
  "Interim",
  "Duration",
  "Long Duration",
  "Failover",
]);

class BroadworksXmlDecoder implements Decoder {
  readonly #settings: DecoderSettings;
  readonly #splitter = new XmlSplitter("cdrData", CSV_LIMITS.recordBytesMax, (piece) => this.#piece(piece));
  readonly #time: TimestampPattern;
  #encoding: Encoding = "auto";
  #isOpen = false;
  #rows: DecodedRow[] = [];
  #line = 1;
  #endOffset = 0;

  constructor(settings: DecoderSettings) {
    this.#settings = settings;
    const time = TimestampPattern.compile("yyyyMMddHHmmss[.S]");
    invariant(!("fault" in time), "BroadWorks' time is a pattern");
    this.#time = time;
  }

  push(chunk: Uint8Array): DecodedRow[] {
    this.#splitter.push(chunk);
    return this.#take();
  }

  end(): DecodedRow[] {
    this.#splitter.end();
    if (this.#isOpen)
      this.#rows.push(new TextRow(this.#line, this.#endOffset, "", { kind: "reject", reject: fileCutOff() }));
    return this.#take();
  }

  #take(): DecodedRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #piece(piece: XmlPiece): void {
    const text = decodeText(piece.bytes, this.#encoding);
    const outcome = piece.kind === "record" ? this.#record(piece, text) : this.#between(piece, text);
    this.#line = piece.line;
    this.#endOffset = piece.endOffset;
    this.#rows.push(new TextRow(piece.line, piece.endOffset, text.slice(0, RAW_TEXT_MAX), outcome));
  }

  /** The document's own tags, and nothing else. */
  #between({ fault }: XmlPiece, text: string): RowOutcome {
    if (fault === "too-long") return rejected(faultReject("record-too-long"));
    const encoding = /^\uFEFF?\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w-]+)["']/i.exec(text)?.[1];
    if (encoding) this.#encoding = /^utf-?8$/i.test(encoding) ? "utf-8" : "latin-1";
    const opens = /<broadWorksCDR[\s>]/.test(text);
    const closes = /<\/broadWorksCDR\s*>/.test(text);
    this.#isOpen = (opens || this.#isOpen) && !closes;
    if (!isFraming(text)) return rejected(notXml("it stands outside of any cdrData"));
    return { kind: "framing", what: opens ? "header" : closes ? "trailer" : "blank" };
  }

  #record({ fault }: XmlPiece, text: string): RowOutcome {
    if (fault === "too-long") return rejected(faultReject("record-too-long"));
    if (fault === "unclosed") return rejected(notXml("cdrData is not closed"));
    const texts = readElement(text);
    if (typeof texts === "string") return rejected(notXml(texts));
    const type = texts.get("type") ?? "";
    if (NON_BILLABLE_TYPES.has(type)) return { kind: "non-billable", why: `type ${type}` };
    if (type !== "Normal") return rejected(typeUnknown(type));
    const call = this.#call(texts);
    if ("code" in call) return rejected(call);
    const reject = checkCall(call, this.#settings);
    return reject ? rejected(reject) : { kind: "call", call };
  }

  #call(texts: ElementTexts): SwitchCall | Reject {
    const text = (name: string) => texts.get(name) ?? "";
    const startedAt = this.#instant("startTime", text);
    if (typeof startedAt === "object") return startedAt;
    const endedAt = this.#instant("releaseTime", text);
    if (typeof endedAt === "object") return endedAt;
    const isAnswered = text("answerIndicator").startsWith("Yes");
    const answeredAt = isAnswered ? this.#instant("answerTime", text) : null;
    if (answeredAt !== null && typeof answeredAt === "object") return answeredAt;
    const direction = directionOf(text);
    // The trunk group is the user's own side of the call, the route the network's.
    const [own, network] = [text("trunkGroupName") || null, text("route") || null];
    const isOriginating = direction === "originating";
    return {
      key: text("eventCounter") + text("systemId") + text("date") + text("systemTimeZone"),
      leg: "",
      callId: text("networkCallID") || text("localCallId") || null,
      direction,
      calling: text("callingNumber"),
      called: text("calledNumber"),
      startedAt,
      answeredAt,
      endedAt,
      talkedMs: answeredAt === null ? 0 : endedAt - answeredAt,
      reportedS: null,
      accountCode: text("accountCode") || null,
      sipUser: text("userId") || null,
      sourceAddress: text("accessDeviceAddress") || null,
      ingressTrunk: isOriginating ? own : network,
      egressTrunk: isOriginating ? network : own,
      cause: { q850: wholeNumber(text("terminationCause")) ?? null, sip: null, text: null },
      part: null,
    };
  }

  #instant(name: string, text: (name: string) => string): EpochMs | Reject {
    const written = text(name);
    return this.#time.match(written) ? epochMs(this.#time.localMs) : timeInvalid(name, written);
  }
}

/**
 * Whether a text is made of a document's own tags, comments and blanks. Piece by piece, each where the one before
 * ended: a search would look through the rest of a broken file for the end of everything that begins in it.
 */
function isFraming(text: string): boolean {
  const piece = /\uFEFF|\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>[]*>|<\/?broadWorksCDR[^>]*>/sy;
  while (piece.lastIndex < text.length) if (!piece.test(text)) return false;
  return true;
}

/** As the record says; without a word, a user whose own number calls is the caller. */
function directionOf(text: (name: string) => string): CallDirection {
  const stated = text("direction");
  if (stated === "Originating") return "originating";
  if (stated === "Terminating") return "terminating";
  const calling = text("callingNumber");
  return calling !== "" && (calling === text("userNumber") || calling === text("groupNumber"))
    ? "originating"
    : "terminating";
}

const rejected = (reject: Reject): RowOutcome => ({ kind: "reject", reject });

const notXml = (reason: string): Reject => ({
  code: "record-not-xml",
  what: `The record cannot be read as XML: ${reason.slice(0, 200)}.`,
  fix: "Correct the record and retry; if the file was cut off, fetch it again from the switch.",
});

const typeUnknown = (type: string): Reject => ({
  code: "value-invalid",
  what: `The record's type is "${type.slice(0, 40)}", which is none that BroadWorks is known to write.`,
  fix: "If such records are calls, ask for the type to be added; else delete the record from quarantine.",
});

const timeInvalid = (name: string, text: string): Reject => ({
  code: "time-invalid",
  what: `${name} is "${text.slice(0, 60)}", not a time like 20260302101507.120.`,
  fix: "Correct the time and retry the record.",
});

const fileCutOff = (): Reject => ({
  code: "trailer-missing",
  what: "The file ends without </broadWorksCDR>.",
  fix: "The switch is still writing it, or it was cut off: fetch it again. The records before its end were read.",
});
