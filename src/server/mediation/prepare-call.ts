import { calledText, callingText } from "../../core/numbering/stored-number.ts";
import type { Reject } from "../../core/reject.ts";
import type { SwitchCall } from "../../core/usage/switch-call.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import { normaliseCall, type SourceRules } from "../../mediation/normalise.ts";
import type { SanitySettings } from "../../mediation/sanity.ts";
import { priceCall } from "../rating/price-call.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import { PROVISIONAL_CONTENT } from "../usage/conflict.ts";
import { fingerprint, usageIdentity } from "../usage/identity.ts";
import type { PricedCall } from "../usage/priced-call.ts";

/** What a source's records are read and priced with; one for a whole pass. */
export interface Desk {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly rules: SourceRules;
  readonly sanity: SanitySettings;
  readonly rating: RatingContext;
}

/** One whole call, on its way into the tables. */
export type PreparedCall =
  | { readonly kind: "priced"; readonly call: PricedCall }
  | { readonly kind: "non-billable"; readonly why: string }
  /** `record` is there unless a field was too long to be stored: it may have been stored under earlier settings. */
  | { readonly kind: "reject"; readonly reject: Reject; readonly record: CallRecord | null };

/** Which record it is, and its fingerprint as it came. */
export type CallRecord = Pick<PricedCall, "id" | "contentHash">;

/** Longest text of a record's field that is stored; numbers, keys and names are far shorter on every switch. */
const FIELD_TEXT_MAX = 512;

/**
 * Normalises a switch's call, finds its payer and prices its sides. `content` is the record as the switch wrote it,
 * which tells a corrected setting from another call under the same key; the key itself for a call made of parts, which
 * may gain some; null for a provisional record.
 */
export function prepareCall(
  desk: Desk,
  { call, content, line }: { readonly call: SwitchCall; readonly content: string | null; readonly line: number },
): PreparedCall {
  const tooLong = longField(call);
  if (tooLong !== undefined) return { kind: "reject", reject: fieldTooLong(tooLong), record: null };
  const normalised = normaliseCall(call, desk.rules, desk.sanity);
  if (normalised.kind === "non-billable") return normalised;
  const id = usageIdentity(desk.sourceId, call.key, call.leg);
  const contentHash = content === null ? PROVISIONAL_CONTENT : fingerprint([content]);
  if (normalised.kind === "reject") return { ...normalised, record: { id, contentHash } };
  const { event } = normalised;
  const pricing = priceCall(desk.rating, desk.sourceId, event);
  if (pricing.kind === "reject") return { ...pricing, record: { id, contentHash } };
  const { bookId, accountId, vendorAccountId, charges } = pricing;
  const derivedHash = derivedHashOf({ bookId, accountId, vendorAccountId }, event);
  return {
    kind: "priced",
    call: { id, contentHash, derivedHash, line, event, bookId, accountId, vendorAccountId, charges },
  };
}

/**
 * Fingerprint of what our settings made of a record: whose call it is, and everything else of an event that they, and
 * not the switch, make of it.
 */
export function derivedHashOf(
  { bookId, accountId, vendorAccountId }: Pick<PricedCall, "bookId" | "accountId" | "vendorAccountId">,
  event: UsageEvent,
): number {
  const fields = [
    bookId,
    accountId,
    vendorAccountId,
    event.startedAt,
    event.answeredAt,
    event.endedAt,
    event.talkedS,
    event.talkedMs,
    calledText(event.called),
    callingText(event.calling),
    event.direction,
    event.egressTrunk,
  ];
  // Only where there is one: records from before it was read keep their fingerprint.
  if (event.routingNumber !== null) fields.push(event.routingNumber);
  if (event.consumed !== undefined) fields.push(event.consumed.service, event.consumed.quantity);
  return fingerprint(fields);
}

const TEXT_FIELDS = [
  "key",
  "leg",
  "callId",
  "calling",
  "called",
  "accountCode",
  "sipUser",
  "sourceAddress",
  "ingressTrunk",
  "egressTrunk",
] as const satisfies readonly (keyof SwitchCall)[];

const longField = (call: SwitchCall): (typeof TEXT_FIELDS)[number] | undefined =>
  TEXT_FIELDS.find((field) => (call[field]?.length ?? 0) > FIELD_TEXT_MAX);

const fieldTooLong = (field: string): Reject => ({
  code: "field-too-long",
  what: `The field ${field} is longer than ${FIELD_TEXT_MAX} characters.`,
  fix: "Check that the source's format or mapping reads the right column; shorten the field if it is really so.",
});
