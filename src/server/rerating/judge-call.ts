import type { Reject } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { serviceOf } from "../../core/usage/service-units.ts";
import { type CallParties, findParties, priceSides } from "../rating/price-call.ts";
import { chainOf, type RatingContext, tariffAt } from "../rating/rating-context.ts";
import type { ChargeEntry, PricedCharge } from "../usage/priced-call.ts";
import type { StoredCall } from "./call-store.ts";
import { isSelected, type ReratingRequest } from "./selection.ts";

/** What calls are judged by: today's settings, and what was asked for. */
export interface ReratingDesk {
  readonly context: RatingContext;
  readonly sources: ReadonlyMap<string, ReratedSource>;
  readonly request: ReratingRequest;
  /** Whether what an account pays depends on the calls before: its months are priced again as a whole, apart. */
  readonly isInTurn: (accountId: string, at: EpochMs) => boolean;
}

/** What a source says of which calls are usage. */
export interface ReratedSource {
  readonly name: string;
  /** null: all. */
  readonly legs: readonly string[] | null;
  readonly directions: readonly string[] | null;
}

/** Why a call was left as it was: one of a reject's codes, or `call-excluded`. */
export type KeptReason = Omit<Reject, "code"> & { readonly code: Reject["code"] | "call-excluded" };

/** What should be charged for a stored call. */
export type Judgement =
  | {
      readonly kind: "due";
      /** `excluded`: today's settings do not count the call as usage. */
      readonly cause: "priced" | "excluded";
      /** Where the charges belong; another book than now when the payer is another. */
      readonly bookId: string;
      /** null: they stay as they are. */
      readonly newParties: CallParties | null;
      /** Every side: those that were not asked for stay as they are charged. */
      readonly due: readonly PricedCharge[];
      /** Whether a charge is one of those that were asked for. */
      readonly isLookedAt: (charge: PricedCharge) => boolean;
    }
  /** It keeps what it has. */
  | { readonly kind: "kept"; readonly why: KeptReason };

/** Judges one call; `inForce` is what is charged for it now. Pure: the same settings always judge the same. */
export function judgeCall(desk: ReratingDesk, call: StoredCall, inForce: readonly ChargeEntry[]): Judgement {
  const { context, request } = desk;
  const { bookId, event } = call;
  const charges = inForce.map(({ charge }) => charge);
  const excluded = whyExcluded(desk, call);
  if (excluded !== null) {
    if (!request.options.takeBackExcluded) return { kind: "kept", why: callExcluded(excluded) };
    const isLookedAt = (charge: PricedCharge) => isSelected(request.selection, charge);
    const due = charges.filter((charge) => !isLookedAt(charge));
    return { kind: "due", cause: "excluded", bookId, newParties: null, due, isLookedAt };
  }
  const parties = request.options.findParties ? findParties(context, call.sourceId, event) : call;
  if ("code" in parties) return { kind: "kept", why: parties };
  if (parties.accountId !== call.accountId || parties.vendorAccountId !== call.vendorAccountId)
    return judgeMoved(context, call, parties);
  const isAsked = wantedSides(desk, call, charges);
  const isWanted = (accountId: string, side: PricedCharge["side"]) =>
    isAsked(accountId, side) && (side === "cost" || !desk.isInTurn(accountId, call.answeredAt));
  const isLookedAt = (charge: PricedCharge) => isWanted(charge.accountId, charge.side);
  const pricing = priceSides(context, event, parties, isWanted);
  if (pricing.kind === "reject") return { kind: "kept", why: pricing.reject };
  const due = [...charges.filter((charge) => !isLookedAt(charge)), ...pricing.charges];
  return { kind: "due", cause: "priced", bookId, newParties: null, due, isLookedAt };
}

/** A call that is somebody else's, or went through somebody else, is priced on all sides. */
function judgeMoved(context: RatingContext, { event }: StoredCall, parties: CallParties): Judgement {
  const pricing = priceSides(context, event, parties);
  if (pricing.kind === "reject") return { kind: "kept", why: pricing.reject };
  const { bookId, charges: due } = pricing;
  return { kind: "due", cause: "priced", bookId, newParties: parties, due, isLookedAt: () => true };
}

/** A side is asked for if what it is charged is, or what it would be charged at today's tariff. */
function wantedSides(
  { context, request: { selection } }: ReratingDesk,
  { answeredAt, event }: StoredCall,
  charges: readonly PricedCharge[],
): (accountId: string, side: PricedCharge["side"]) => boolean {
  return (accountId, side) => {
    if (selection.tariffs === null) return isSelected(selection, { accountId, side, tariffId: "" });
    const today = tariffAt(context, accountId, { at: answeredAt, service: serviceOf(event) })?.tariff.id;
    const charged = charges.filter((charge) => charge.accountId === accountId && charge.side === side);
    return [...charged.map(({ tariffId }) => tariffId), ...(today === undefined ? [] : [today])].some((tariffId) =>
      isSelected(selection, { accountId, side, tariffId }),
    );
  };
}

/** The leg or direction that today's settings of the source leave out; null: the call is usage. */
function whyExcluded({ sources }: ReratingDesk, { sourceId, event: { leg, direction } }: StoredCall): string | null {
  const source = sources.get(sourceId);
  if (source === undefined) return null;
  const { legs, directions } = source;
  if (legs !== null && !legs.includes(leg)) return `leg ${leg || "(none)"} of source "${source.name}"`;
  if (directions !== null && !directions.includes(direction)) return `the ${direction} leg of source "${source.name}"`;
  return null;
}

const callExcluded = (what: string): KeptReason => ({
  code: "call-excluded",
  what: `Today's settings do not count ${what} as usage.`,
  fix: "Take back what was charged with --take-back-excluded, or leave it.",
});

/** The books that calls of an account may be in: its own; of a vendor, any. */
export function booksOf({ accounts }: RatingContext, accountIds: readonly string[] | null): readonly string[] | null {
  if (accountIds === null) return null;
  const found = accountIds.flatMap((id) => accounts.get(id) ?? []);
  return found.some(({ kind }) => kind === "vendor") ? null : [...new Set(found.map(({ bookId }) => bookId))];
}

/** An account and all accounts under it. */
export function withAccountsUnder(context: RatingContext, accountIds: readonly string[]): readonly string[] {
  const wanted = new Set(accountIds);
  return [...context.accounts.keys()].filter((id) => chainOf(context, id).some((account) => wanted.has(account.id)));
}
