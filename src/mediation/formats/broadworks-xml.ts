import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { CallDirection, SwitchCall } from "../../core/usage/switch-call.ts";
import type { DecoderSettings, RowOutcome, SwitchFormat } from "../decoder.ts";
import { checkCall } from "../sanity.ts";
import { wholeNumber } from "../text/duration-text.ts";
import { TimestampPattern } from "../text/timestamp-pattern.ts";
import { type ElementTexts, readElement } from "../xml/read-element.ts";
import { notXml, XmlDecoder } from "../xml/xml-decoder.ts";

/**
 * BroadWorks accounting files in XML: one `cdrData` a party and call, times in UTC with milliseconds. Only records
 * of the type Normal are calls. Source: docs/guides/broadworks.md.
 */
export const broadworksXml: SwitchFormat = {
  name: "broadworks-xml",
  title: "BroadWorks accounting (XML)",
  evidence: "proven",
  hint: { fileName: /^BW-CDR|\.xml$/ },
  open(settings) {
    const reader = new BroadworksReader(settings);
    return new XmlDecoder(LAYOUT, (xml) => reader.judge(xml));
  },
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

const LAYOUT = { element: "cdrData", root: "broadWorksCDR" };

/** Makes calls of records. */
class BroadworksReader {
  readonly #settings: DecoderSettings;
  readonly #time: TimestampPattern;

  constructor(settings: DecoderSettings) {
    this.#settings = settings;
    const time = TimestampPattern.compile("yyyyMMddHHmmss[.S]");
    invariant(!("fault" in time), "BroadWorks' time is a pattern");
    this.#time = time;
  }

  judge(xml: string): RowOutcome {
    const texts = readElement(xml);
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
