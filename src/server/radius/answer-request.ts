import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { type AccessDecision, replyAttributes } from "../../protocol/radius/access-decision.ts";
import { readAccessRequest } from "../../protocol/radius/access-request.ts";
import {
  type AccountingFault,
  type AccountingRecord,
  readAccountingRecord,
} from "../../protocol/radius/accounting-record.ts";
import { signReply } from "../../protocol/radius/authenticity.ts";
import { decodeAttributes } from "../../protocol/radius/decode-attributes.ts";
import { type EncodeFault, encodeAttributes, type NamedValue } from "../../protocol/radius/encode-attributes.ts";
import { ATTRIBUTE, CODES, type PacketName, type RadiusPacket } from "../../protocol/radius/packet.ts";
import { DIGESTS } from "./digests.ts";
import type { RefusedProof } from "./drop-report.ts";
import type { RadiusSender } from "./radius-client.ts";
import type { RadiusHandler } from "./radius-handler.ts";

/** What a request gets. */
export type Answer =
  | { readonly kind: "reply"; readonly octets: Uint8Array; readonly refusedProof?: RefusedProof }
  | { readonly kind: "none"; readonly reason: AccountingFault["reason"] | "retry-later" }
  /** It cannot be decided now: the client says what it wants to hear then. */
  | { readonly kind: "busy" }
  | { readonly kind: "not-writable"; readonly fault: EncodeFault | "packet-too-long" };

interface Request {
  readonly packet: RadiusPacket;
  readonly sender: RadiusSender;
  readonly handler: RadiusHandler;
}

/** Has an Access-Request decided. Errors: the handler's. */
export async function answerAccess({ packet, sender, handler }: Request): Promise<Answer> {
  const { profile } = sender.client;
  const request = readAccessRequest({
    ...{ packet, profile, secret: sender.secret, digests: DIGESTS },
    attributes: decodeAttributes(packet.attributes, profile.dictionary),
    senderAddress: sender.address,
    receivedAt: fromInstant(now()),
  });
  const decision = await handler.authorise(request, sender);
  return decision === "busy" ? { kind: "busy" } : answerWith(packet, sender, decision);
}

/** The octets that a decision is told by. */
export function answerWith(packet: RadiusPacket, sender: RadiusSender, decision: AccessDecision): Answer {
  const name = decision.kind === "accept" ? "Access-Accept" : "Access-Reject";
  const answer = reply(packet, sender, name, replyAttributes(decision, sender.client.profile));
  const reason = decision.kind === "reject" ? decision.reason : null;
  const isProof = reason === "password-wrong" || reason === "locked-out";
  return answer.kind === "reply" && isProof ? { ...answer, refusedProof: reason } : answer;
}

/** Has an accounting record stored. Errors: the handler's. */
export async function answerAccounting({ packet, sender, handler }: Request): Promise<Answer> {
  const { profile } = sender.client;
  const record: AccountingRecord | AccountingFault = readAccountingRecord({
    ...{ packet, profile, digests: DIGESTS },
    attributes: decodeAttributes(packet.attributes, profile.accountingDictionary),
    senderAddress: sender.address,
    receivedAt: fromInstant(now()),
  });
  if ("kind" in record) {
    // What is none of our business is acknowledged, or the client would send it for ever.
    if (record.kind === "unusable") return { kind: "none", reason: record.reason };
  } else if ((await handler.account(record, sender)) === "retry-later") {
    return { kind: "none", reason: "retry-later" };
  }
  return reply(packet, sender, "Accounting-Response", []);
}

/** RFC 5997 §4: the answer of the port that was asked says that it is there. */
export function answerStatus(packet: RadiusPacket, sender: RadiusSender, service: "auth" | "acct" | "both"): Answer {
  return reply(packet, sender, service === "acct" ? "Accounting-Response" : "Access-Accept", []);
}

function reply(packet: RadiusPacket, sender: RadiusSender, name: PacketName, values: readonly NamedValue[]): Answer {
  const attributes = encodeAttributes(values, sender.client.profile.dictionary);
  if ("kind" in attributes) return { kind: "not-writable", fault: attributes };
  const octets = signReply({
    code: CODES[name],
    identifier: packet.identifier,
    // RFC 2865 §5.33: proxies find their way back by these, in their order and untouched.
    attributes: [...attributes, ...packet.attributes.filter(({ type }) => type === ATTRIBUTE.proxyState)],
    requestAuthenticator: packet.authenticator,
    secret: sender.secret,
    digests: DIGESTS,
    hasMessageAuthenticator: name !== "Accounting-Response",
  });
  return octets === undefined ? { kind: "not-writable", fault: "packet-too-long" } : { kind: "reply", octets };
}
