import type { Span } from "../allowance/cycle.ts";
import type { Allowance, PoolRules, Tiers } from "../allowance/pool-rules.ts";
import { invariant } from "../invariant.ts";
import { DAY_MS } from "../time/civil-day.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";
import { parseInstant } from "../time/instant-text.ts";
import type { OfferedAllowance, OfferedTiers, PackageVersion, Subscription } from "./package.ts";

/** A subscription in one month, with what its package gives then. */
export interface SubscriptionInForce {
  readonly subscription: Subscription;
  readonly version: PackageVersion;
}

/**
 * What subscriptions give in a month: each package as it was at the month's start, or when the subscription began in
 * it, so that a new version takes effect with a whole month and never in its middle.
 */
export function subscriptionsIn(month: Span, subscriptions: readonly Subscription[]): SubscriptionInForce[] {
  return subscriptions.flatMap((subscription) => {
    const { from, to } = subscription;
    if (from >= month.endAt || to <= month.startAt) return [];
    const at = Math.max(from, month.startAt);
    const version = subscription.package.versions.findLast(({ effectiveFrom }) => effectiveFrom <= at);
    return version === undefined ? [] : [{ subscription, version }];
  });
}

/** The rules of a pool in a month, from what its accounts' subscriptions give. */
export function rulesInForce(timeZone: string, inForce: readonly SubscriptionInForce[]): PoolRules {
  return {
    timeZone,
    allowances: inForce
      .flatMap((one) => one.version.allowances.map((offer) => allowanceOf(one, offer, timeZone)))
      .sort(byTurn),
    tiers: inForce.flatMap((one) => one.version.tiers.map((offer) => tiersOf(one, offer, timeZone))).sort(byTurn),
  };
}

type Turn = Pick<Allowance, "priority" | "key">;
const byTurn = (a: Turn, b: Turn): number =>
  a.priority === b.priority ? (a.key < b.key ? -1 : 1) : a.priority - b.priority;

function allowanceOf({ subscription }: SubscriptionInForce, offer: OfferedAllowance, timeZone: string): Allowance {
  const { name, unit, quantity, rollover, paysConnectFee, waivesSurcharges, validDays, scope, cycle, priority } = offer;
  const held = heldBy(subscription, offer, timeZone);
  const expires = validDays === null ? held.to : epochMs(Math.min(held.to, held.from + validDays * DAY_MS));
  return {
    ...held,
    ...{ name, scope, cycle, priority, unit, quantity, rollover, paysConnectFee, to: expires },
    ...(waivesSurcharges && { waivesSurcharges }),
    key: keyOf(subscription, `allowance of ${unit}`, name),
  };
}

function tiersOf({ subscription }: SubscriptionInForce, offer: OfferedTiers, timeZone: string): Tiers {
  const { name, scope, cycle, priority, table } = offer;
  const key = tiersKey(subscription, offer);
  return { ...heldBy(subscription, offer, timeZone), ...{ key, name, scope, cycle, priority, table } };
}

/** What the state of tiers is kept under. */
export const tiersKey = (subscription: Subscription, { name, table }: Pick<OfferedTiers, "name" | "table">): string =>
  keyOf(subscription, `tiers by ${table.by}`, name);

/** A package that an account has again later begins anew, and so does what is counted in another unit. */
const keyOf = ({ package: { id }, accountId, from }: Subscription, kind: string, name: string): string =>
  [id, accountId, from, kind, name].join("/");

function heldBy(
  { accountId, sharedWith, from, to }: Subscription,
  { fromText, toText }: Pick<OfferedAllowance, "fromText" | "toText">,
  timeZone: string,
): Pick<Allowance, "accountIds" | "from" | "to"> {
  const begins = fromText === null ? from : epochMs(Math.max(from, instant(fromText, timeZone)));
  const ends = toText === null ? to : epochMs(Math.min(to, instant(toText, timeZone)));
  return { accountIds: new Set([accountId, ...sharedWith]), from: begins, to: ends };
}

function instant(text: string, timeZone: string): EpochMs {
  const at = parseInstant(text, timeZone);
  invariant(at !== undefined, `a stored offer's times were read before, got "${text}"`);
  return at;
}
