import type { Reject } from "../../core/reject.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import { type BerElement, type BerFault, parseElement } from "../ber/element.ts";
import { type BerPiece, type BerPlace, BerSplitter } from "../ber/splitter.ts";
import type { BerTag } from "../ber/tag.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import { type DecoderSettings, RAW_TEXT_MAX, type RowOutcome, type SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { checkCall } from "../sanity.ts";
import { AuditTally } from "../tap/audit.ts";
import { BATCH_PARTS, EMPTY_BATCH, type TapBatch, withPart } from "../tap/batch.ts";
import { readTapEvent, type SessionDirections, type TapReading } from "../tap/event.ts";
import { elementName, pathText, TAP } from "../tap/tags.ts";
import { toHexadecimal } from "../text/hexadecimal.ts";

/**
 * GSMA TAP 3 (TD.57), releases 3.01 to 3.12: one file a network and period, in BER. Voice calls of roaming subscribers
 * are calls; messages and data are usage where the source says so, and other events are counted. The batch's own totals
 * are compared with its events. Source: docs/guides/tap3.md; vectors: test/vectors/cdr/tap3/.
 */
export const tap3: SwitchFormat = {
  name: "tap3",
  title: "GSMA TAP 3 roaming files",
  evidence: "unproven",
  isBinary: true,
  hint: { fileName: /^[CT]D[A-Z0-9]{10}\d{5}/ },
  open: (settings) => new Tap3Decoder(settings),
};

/** An event takes a few hundred octets; the largest of a batch's parts, its list of switches, some 100,000. */
const RECORD_BYTES_MAX = 1 << 20;

/**
 * How the header of a container is kept: with an indefinite length, so that an event that waits can be read again
 * behind the headers of its file alone, also when it was corrected to another length.
 */
const CONTAINERS: ReadonlyMap<BerTag, string> = new Map([
  [TAP.TransferBatch, "6180"],
  [TAP.CallEventDetailList, "6380"],
]);

class Tap3Decoder extends CuttingDecoder {
  protected readonly cutter: BerSplitter;
  readonly #settings: DecoderSettings;
  readonly #reading: TapReading;
  #batch: TapBatch = EMPTY_BATCH;
  #tally = new AuditTally();
  /** What the file is; null before its first element. A file holds one batch or one notification. */
  #document: BerTag | null = null;
  #hasControlInfo = false;
  #isAudited = false;
  #endOffset = 0;

  constructor(settings: DecoderSettings) {
    super();
    this.#settings = settings;
    this.#reading = readOptions(settings.mapping);
    const placeOf = (path: readonly BerTag[]) => this.#placeOf(path);
    this.cutter = new BerSplitter({ placeOf, recordBytesMax: RECORD_BYTES_MAX }, (piece) => this.#piece(piece));
  }

  protected override atEnd(): void {
    if (this.#document === TAP.TransferBatch && (!this.#isAudited || this.cutter.isInContainer))
      this.#add("", () => rejected(this.#isAudited ? batchCutOff() : auditMissing(this.#tally.events)));
  }

  #placeOf(path: readonly BerTag[]): BerPlace {
    const tag = path.at(-1) as BerTag;
    if (path.length === 1) {
      if (this.#document !== null || (tag !== TAP.TransferBatch && tag !== TAP.Notification)) return "foreign";
      this.#document = tag;
    } else if (!this.#hasControlInfo) {
      if (tag !== TAP.BatchControlInfo) return "foreign"; // NRTRDE files begin like a batch
      this.#hasControlInfo = true;
    }
    return path.length <= 2 && CONTAINERS.has(tag) ? "container" : "record";
  }

  #piece(piece: BerPiece): void {
    const { kind, path, bytes } = piece;
    this.#endOffset = piece.endOffset;
    if (kind === "open") this.#add(CONTAINERS.get(path.at(-1) as BerTag) ?? "", () => HEADER);
    else this.#add(toHexadecimal(bytes), () => (kind === "close" || kind === "padding" ? BLANK : this.#judge(piece)));
  }

  /** A row's line is the number of the event that it is, or that comes next. */
  #add(raw: string, judge: () => RowOutcome): void {
    const line = this.#tally.events + 1;
    this.add({ line, endOffset: this.#endOffset, raw: raw.slice(0, RAW_TEXT_MAX), outcome: judge() });
  }

  #judge({ kind, path, bytes, isCut, fault }: BerPiece): RowOutcome {
    const isEvent = path[1] === TAP.CallEventDetailList;
    if (kind === "foreign") return rejected(notTap(path));
    const element = kind === "broken" || isCut ? null : parseElement(bytes);
    if (element === null || "fault" in element) {
      if (isEvent) this.#tally.addUnread();
      if (element !== null) return rejected(notWellFormed(path.slice(0, -1), element));
      return rejected(fault === null ? tooLong(path) : notReadable(path, fault));
    }
    if (path.length === 1) return { kind: "non-billable", why: "notification: nothing to transfer" };
    // When totals that did not agree are tried again, they stand behind the file's headers, within its list of events.
    if (element.tag === TAP.AuditControlInfo) return this.#audit(element);
    return isEvent ? this.#event(element) : this.#part(element);
  }

  #part(element: BerElement): RowOutcome {
    if (!BATCH_PARTS.has(element.tag)) return rejected(partUnknown(element.tag));
    this.#batch = withPart(this.#batch, element);
    return HEADER;
  }

  #event(element: BerElement): RowOutcome {
    this.#tally.addEvent(element);
    const event = readTapEvent(element, this.#batch, this.#reading);
    if (event.kind === "call") this.#tally.addStart(event.call.startedAt);
    if (this.#batch.isTest) return { kind: "non-billable", why: "test file" };
    const reject = event.kind === "call" ? checkCall(event.call, this.#settings) : null;
    return reject === null ? event : rejected(reject);
  }

  #audit(element: BerElement): RowOutcome {
    this.#isAudited = true;
    const mismatch = this.#tally.check(element, this.#batch);
    if (mismatch !== null) return rejected(mismatch);
    return { kind: "framing", what: "trailer", records: this.#tally.events };
  }
}

const HEADER: RowOutcome = { kind: "framing", what: "header" };
const BLANK: RowOutcome = { kind: "framing", what: "blank" };

/** What an operator says in the source's mapping. Errors: Problem `mapping-invalid`. */
function readOptions(mapping: unknown): TapReading {
  const options = new JsonNode(mapping ?? {}).only("sessions", "services");
  const services = (options.get("services")?.list() ?? []).map((service) =>
    service.oneOf<Consumed["service"]>(["sms", "data"]),
  );
  return { sessions: readSessions(options), services: new Set(services) };
}

function readSessions(options: JsonNode): SessionDirections {
  const sessions = options.get("sessions")?.entries() ?? [];
  return new Map(
    sessions.map(([service, direction]) => {
      if (!/^\d{1,6}$/.test(service))
        throw direction.invalid(`"${service}" is no service number.`, 'Write for example {"1": "originating"}.');
      return [Number(service), direction.oneOf(["originating", "terminating"])];
    }),
  );
}

const rejected = (reject: Reject): RowOutcome => ({ kind: "reject", reject });

const notBer = (reason: string): Reject => ({
  code: "record-not-ber",
  what: `The record cannot be read as BER: ${reason}.`,
  fix: "If the file was cut off or changed on its way, fetch it again (in binary mode); else send the event back (RAP).",
});

const notWellFormed = (around: readonly BerTag[], { at, path, fault }: BerFault): Reject =>
  notBer(`${fault}, at its byte ${at}, in ${pathText([...around, ...path]) || "no element"}`);

const notTap = (path: readonly BerTag[]): Reject => ({
  code: "value-invalid",
  what: `The file is none of TAP 3, or goes on after its end: ${pathText(path)} is not expected here.`,
  fix: "Choose the source that this file belongs to. One file holds one TransferBatch or Notification.",
});

const notReadable = (path: readonly BerTag[], fault: string): Reject =>
  notBer(`${fault}${path.length === 0 ? "" : `, in ${pathText(path)}`}`);

const tooLong = (path: readonly BerTag[]): Reject => ({
  code: "record-too-long",
  what: `The ${elementName(path.at(-1) as BerTag)} is longer than 1 MiB; only its beginning was kept.`,
  fix: "Check that the file is one of TAP 3: none of its events is so long.",
});

const partUnknown = (tag: BerTag): Reject => ({
  code: "value-invalid",
  what: `The batch has a part ${elementName(tag)}, which is none of TAP 3.01 to 3.12.`,
  fix: "Check that the file is one of TAP 3. If it is of a newer release, ask for it to be added.",
});

const auditMissing = (events: number): Reject => ({
  code: "trailer-missing",
  what: `The file ends after ${events} events without its AuditControlInfo.`,
  fix: "The file was cut off: fetch it again. The events before its end were read.",
});

const batchCutOff = (): Reject => ({
  code: "trailer-missing",
  what: "The file ends before its TransferBatch does.",
  fix: "The file was cut off: fetch it again. The events before its end were read.",
});
