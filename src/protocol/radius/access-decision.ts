import { invariant } from "../../core/invariant.ts";
import type { ClientProfile, ReplyTemplate } from "./client-profile.ts";
import type { NamedValue } from "./encode-attributes.ts";
import { plainName } from "./plain-attributes.ts";

/** The answer to an {@link import("./access-request.ts").AccessRequest}. */
export type AccessDecision = Accept | Refusal;

export interface Accept {
  readonly kind: "accept";
  /** Whole seconds that the session may last, at least 1; null: as long as it likes. */
  readonly talkS: number | null;
  /** How often the switch is to report what was used; null: as it is set up. */
  readonly interimS?: number | null;
  /** Comes back in every accounting record of the session: at most 253 octets. */
  readonly token?: string | null;
  /** What is left, in plain currency ("12.50"), for announcements. */
  readonly balance?: { readonly amount: string; readonly currency: string } | null;
  /** Talk time at which that falls below a threshold, for warnings; null: not before the end. */
  readonly lowAtS?: number | null;
  readonly message?: string | null;
  /** More attributes by the names of the client's dictionary, such as where to route the call. */
  readonly attributes?: readonly NamedValue[];
}

export interface Refusal {
  readonly kind: "reject";
  readonly reason: RefusalReason;
  readonly message?: string | null;
  readonly attributes?: readonly NamedValue[];
}

/** Why a session is refused, with Cisco's h323-return-code for it (RADIUS VSA Voice Implementation Guide). */
const RETURN_CODES = {
  "account-unknown": 1,
  "password-wrong": 2,
  "account-in-use": 3,
  "balance-zero": 4,
  "account-expired": 5,
  "credit-exhausted": 6,
  "account-blocked": 7,
  /** Too many wrong passwords: this one was not looked at. */
  "locked-out": 7,
  "service-unavailable": 8,
  "called-barred": 9,
  "request-invalid": 11,
  "balance-insufficient": 12,
} as const;

export type RefusalReason = keyof typeof RETURN_CODES;

const TEXT_MAX = 253;

/** What a decision says to one kind of client, by the templates of its profile. */
export function replyAttributes(decision: AccessDecision, profile: ClientProfile): readonly NamedValue[] {
  const isAccept = decision.kind === "accept";
  const values = isAccept ? acceptValues(decision) : refusalValues(decision);
  const templates = isAccept ? profile.accept : profile.reject;
  return [
    ...templates.flatMap((template) => fill(template, values, profile.h323Values)),
    ...(decision.attributes ?? []),
  ];
}

type Values = ReadonlyMap<string, string>;

function acceptValues({ talkS, interimS, token, balance, lowAtS, message }: Accept): Values {
  // A Session-Timeout of 0 is no limit at all to many clients.
  invariant(talkS === null || (Number.isSafeInteger(talkS) && talkS >= 1), `talkS is whole seconds >= 1, got ${talkS}`);
  return present({
    ...{ talkS: talkS?.toString(), interimS: interimS?.toString(), token, message: cut(message) },
    ...{ balance: balance?.amount, currency: balance?.currency, lowAtS: lowAtS?.toString() },
  });
}

const refusalValues = ({ reason, message }: Refusal): Values =>
  present({ returnCode: String(RETURN_CODES[reason]), message: cut(message) ?? reason });

const present = (values: Readonly<Record<string, string | null | undefined>>): Values =>
  new Map(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/** A message is for people: better cut than none. */
const cut = (message: string | null | undefined): string | null | undefined =>
  message && new TextEncoder().encode(message).length > TEXT_MAX ? message.slice(0, TEXT_MAX / 4) : message;

function fill([name, template]: ReplyTemplate, values: Values, h323Values: ClientProfile["h323Values"]): NamedValue[] {
  let isMissing = false;
  const filled = template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values.get(key);
    isMissing ||= value === undefined;
    return value ?? "";
  });
  if (isMissing) return [];
  const own = plainName(name);
  return [[name, own.startsWith("h323-") && h323Values === "named" ? `${own}=${filled}` : filled]];
}
