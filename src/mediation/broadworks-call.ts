import { invariant } from "../core/invariant.ts";
import type { Reject } from "../core/reject.ts";
import { type EpochMs, epochMs } from "../core/time/epoch.ts";
import type { CallDirection, SwitchCall } from "../core/usage/switch-call.ts";
import type { DecoderSettings, RowOutcome } from "./decoder.ts";
import { checkCall } from "./sanity.ts";
import { wholeNumber } from "./text/duration-text.ts";
import { TimestampPattern } from "./text/timestamp-pattern.ts";

/** Text of a field by the name that BroadWorks gives it; "" when the record lacks it. */
export type BroadworksText = (name: BroadworksField) => string;

/** The fields that a call is made of. */
export type BroadworksField =
  | ("type" | "userNumber" | "groupNumber" | "direction" | "callingNumber" | "calledNumber" | "startTime")
  | ("answerIndicator" | "answerTime" | "releaseTime" | "terminationCause" | "route" | "networkCallID")
  | ("accessDeviceAddress" | "accountCode" | "localCallId" | "userId" | "trunkGroupName");

/** Marks in the file, and records of calls that a Normal record reports as a whole when they are over. */
const NON_BILLABLE_TYPES: ReadonlySet<string> = new Set([
  "Start",
  "End",
  "Interim",
  "Duration",
  "Long Duration",
  "Failover",
]);

/**
 * Makes calls of BroadWorks records, whichever way they are written: one record a party and call, times in UTC. Source:
 * docs/guides/broadworks.md.
 */
export class BroadworksReader {
  readonly #settings: DecoderSettings;
  readonly #time: TimestampPattern;

  constructor(settings: DecoderSettings) {
    this.#settings = settings;
    const time = TimestampPattern.compile("yyyyMMddHHmmss[.S]");
    invariant(!("fault" in time), "BroadWorks' time is a pattern");
    this.#time = time;
  }

  /** What becomes of a record; `key` is its record id: counter, system, date and zone in a row. */
  judge(key: string, text: BroadworksText): RowOutcome {
    const type = text("type");
    if (NON_BILLABLE_TYPES.has(type)) return { kind: "non-billable", why: `type ${type}` };
    if (type !== "Normal") return rejected(typeUnknown(type));
    const call = this.#call(key, text);
    if ("code" in call) return rejected(call);
    const reject = checkCall(call, this.#settings);
    return reject ? rejected(reject) : { kind: "call", call };
  }

  #call(key: string, text: BroadworksText): SwitchCall | Reject {
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
      key,
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

  #instant(name: BroadworksField, text: BroadworksText): EpochMs | Reject {
    const written = text(name);
    return this.#time.match(written) ? epochMs(this.#time.localMs) : timeInvalid(name, written);
  }
}

/** As the record says; without a word, a user whose own number calls is the caller. */
function directionOf(text: BroadworksText): CallDirection {
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
