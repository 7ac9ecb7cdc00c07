import { dialString } from "../../protocol/esl/dial-string.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import { channelVariable, type EslChannel, readSwitchEvent } from "../../protocol/esl/switch-event.ts";
import {
  allowDocument,
  notFoundDocument,
  respondDocument,
  type XmlCurlAnswer,
} from "../../protocol/xml-curl/answer.ts";
import { readXmlCurlRequest, type XmlCurlRequest } from "../../protocol/xml-curl/request.ts";
import type { Charging } from "../charging/charging.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { type ChannelDecision, decideChannel, UNAVAILABLE } from "./decide-channel.ts";
import { CHARGED_VARIABLE, LIMIT_CAUSE } from "./event-socket-call.ts";

/** What the address that mod_xml_curl posts to says, beside the source. */
export interface XmlCurlOptions {
  /** Calls of this context are charged whether they are marked or not; null: marked ones alone. */
  readonly context: string | null;
  /** The gateway that calls leave by; null: the switch's own dialplan goes on. */
  readonly gateway: string | null;
}

type AskedCall = Extract<XmlCurlRequest, { readonly kind: "dialplan" }>;

/** Decides calls that mod_xml_curl asks a dialplan for. `failed`: told of a call that could not be decided. */
export class ChargingOverXmlCurl {
  readonly #charging: Charging;
  readonly #failed: (error: unknown) => void;

  constructor(charging: Charging, failed: (error: unknown) => void) {
    this.#charging = charging;
    this.#failed = failed;
  }

  /** The document to answer a form with; it never throws. What is not ours to decide is left to the switch's files. */
  async answer(source: PushedSource, form: string, options: XmlCurlOptions): Promise<string> {
    const asked = readXmlCurlRequest(form);
    if (asked.kind !== "dialplan") return notFoundDocument();
    const event = eventOf(asked);
    const seen = readSwitchEvent(event);
    const { context } = asked.call;
    if (seen.kind !== "channel-offered" || !isToDecide(event, context, options)) return notFoundDocument();
    const { channel } = seen;
    const decision = await this.#decide(source, { event, channel });
    const document =
      decision.kind === "refused"
        ? respondDocument(context, decision.sip, decision.reason)
        : allowing(channel, { ...decision, context, gateway: options.gateway });
    return document.kind === "document" ? document.text : notFoundDocument();
  }

  async #decide(
    { tenantId, sourceId }: PushedSource,
    asking: { readonly event: EslEvent; readonly channel: EslChannel },
  ): Promise<ChannelDecision> {
    try {
      const { source } = await this.#charging.sourceNow(tenantId, sourceId);
      const { eventSocket } = source.config;
      const isFollowed = eventSocket !== null && eventSocket.connect !== null;
      const wantedS = isFollowed ? eventSocket.sliceS : null; // else nobody would ask for more
      return await decideChannel(this.#charging, { tenantId, sourceId, wantedS }, asking);
    } catch (error) {
      this.#failed(error);
      return UNAVAILABLE;
    }
  }
}

/** A form has the fields of an event; where a transfer goes is in those that begin with "Hunt-". */
const eventOf = ({ fields, call }: AskedCall): EslEvent => ({
  name: "CHANNEL_DATA",
  headers: new Map([...fields, ["Caller-Destination-Number", call.called]]),
  body: "",
});

/** A call that was allowed asks the dialplan again, which goes on then. */
function isToDecide(event: EslEvent, context: string, options: XmlCurlOptions): boolean {
  const mark = channelVariable(event, CHARGED_VARIABLE);
  return mark === null ? context === options.context : mark === "ask";
}

function allowing(
  { called, answeredAtUs, raisedAtUs }: EslChannel,
  {
    context,
    talkS,
    variables,
    gateway,
  }: Extract<ChannelDecision, { readonly kind: "allowed" }> & {
    readonly context: string;
    readonly gateway: string | null;
  },
): XmlCurlAnswer {
  const incomplete = () => respondDocument(context, 484, "Address Incomplete");
  const destination =
    gateway === null ? null : dialString([{ via: { kind: "gateway", name: gateway }, number: called, variables: {} }]);
  if (gateway !== null && destination === null) return incomplete();
  // A call that was transferred is answered already: some of its grant is used, and no answer comes to count from.
  const usedS = answeredAtUs === null ? 0 : Math.ceil(((raisedAtUs ?? answeredAtUs) - answeredAtUs) / 1_000_000);
  const allowed = allowDocument({
    context,
    next: destination === null ? { kind: "dialplan", called } : { kind: "bridge", destination },
    limitS: Math.max(1, talkS - usedS),
    limitFrom: answeredAtUs === null ? "answer" : "setup",
    cause: LIMIT_CAUSE,
    variables: { ...variables, [CHARGED_VARIABLE]: "granted" },
  });
  return allowed.kind === "document" ? allowed : incomplete();
}
