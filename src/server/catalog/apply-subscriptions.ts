import { NEVER } from "../../core/allowance/cycle.ts";
import { epochMs, toInstant } from "../../core/time/epoch.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import { priceMonthsAgain } from "../allowance/price-months-again.ts";
import { type LostShare, priceMonthsWithout } from "../allowance/price-months-without.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { noteChange, type SetupWork } from "../tenancy/setup-work.ts";
import type { SubscriptionSetup } from "./package-setup.ts";
import { listSubscriptions, type StoredPackage, type StoredSubscription, saveSubscription } from "./store.ts";

/** Whoever has a package without a date has it for calls of any time. */
const ANY_TIME = epochMs(0);

interface Known {
  readonly accounts: ReadonlyMap<string, StoredAccount>;
  readonly packages: ReadonlyMap<string, StoredPackage>;
}

/** Says which accounts have which packages. What the setup does not name stays. */
export async function applySubscriptions(
  work: SetupWork,
  setups: readonly { readonly code: string; readonly packages?: readonly SubscriptionSetup[] }[],
  known: Known,
): Promise<void> {
  const { tx, tenantId } = work;
  const keyOf = (one: StoredSubscription) => `${one.accountId} ${one.packageId} ${one.effectiveFrom}`;
  const present = new Map((await listSubscriptions(tx, tenantId)).map((one) => [keyOf(one), one]));
  const lost: LostShare[] = [];
  for (const [index, { code, packages = [] }] of setups.entries()) {
    const account = known.accounts.get(code);
    if (account === undefined) continue; // a fault of its own
    for (const [place, setup] of packages.entries()) {
      const wanted = readSubscription(work, {
        setup,
        pointer: `/accounts/${index}/packages/${place}`,
        account,
        ...known,
      });
      if (wanted === undefined) continue;
      const { effectiveFrom } = wanted;
      const since = effectiveFrom === ANY_TIME ? "" : ` from ${toInstant(effectiveFrom)}`;
      const named = { kind: "subscription", name: `${code}: ${setup.package}${since}` } as const;
      const before = present.get(keyOf(wanted));
      if (!noteChange(work, named, before, wanted)) continue;
      await saveSubscription(tx, tenantId, wanted);
      if (!before) continue;
      await unsettleMonths(work, before, wanted);
      lost.push(...lostShares(before, wanted, known));
    }
  }
  await priceMonthsWithout(tx, tenantId, lost);
}

/** What is kept of months was made of other calls: of more of them, or of fewer. */
async function unsettleMonths(
  { tx, tenantId }: SetupWork,
  before: StoredSubscription,
  wanted: StoredSubscription,
): Promise<void> {
  const concerned = [...new Set([wanted.accountId, ...before.sharedWith, ...wanted.sharedWith])];
  const isSamePool = before.sharedWith.join() === wanted.sharedWith.join();
  await priceMonthsAgain(tx, tenantId, concerned, { asOtherPools: !isSamePool });
}

/** Who is taken off a package: their calls were never covered by it. */
function lostShares(
  { sharedWith, effectiveFrom: from, effectiveTo: to }: StoredSubscription,
  wanted: StoredSubscription,
  { accounts }: Known,
): readonly LostShare[] {
  const left = new Set(sharedWith).difference(new Set(wanted.sharedWith));
  return [...accounts.values()].filter(({ id }) => left.has(id)).map((account) => ({ account, from, to }));
}

function readSubscription(
  work: SetupWork,
  args: Known & { readonly setup: SubscriptionSetup; readonly pointer: string; readonly account: StoredAccount },
): StoredSubscription | undefined {
  const { faults } = work;
  const { setup, pointer, account, packages } = args;
  const found = packages.get(setup.package);
  if (found === undefined)
    faults.add(
      `${pointer}/package`,
      `There is no package "${setup.package}".`,
      "Check the name, or describe it in this file.",
    );
  if (account.kind === "vendor")
    faults.add(pointer, `Account "${account.code}" is a vendor, which is paid.`, "Give packages to who pays.");
  if (found !== undefined && account.payment === "prepaid" && hasSpend(found))
    faults.add(
      `${pointer}/package`,
      `"${found.name}" has a least or most spend or flat fees, and a prepaid account gets no invoice to bill them on.`,
      "Use a package without them, or make the account postpaid.",
    );
  const [from, to] = [setup.from, setup.to].map((text) => text && parseInstant(text, account.timeZone));
  if (setup.from !== undefined && from === undefined)
    faults.add(`${pointer}/from`, `"${setup.from}" is no time.`, "Correct it.");
  if (setup.to !== undefined && to === undefined)
    faults.add(`${pointer}/to`, `"${setup.to}" is no time.`, "Correct it.");
  const effectiveFrom = from || ANY_TIME;
  const effectiveTo = to || NEVER;
  if (effectiveTo <= effectiveFrom)
    faults.add(`${pointer}/to`, "The package ends before it begins.", "Give the first time at which it is over.");
  if (found !== undefined && effectiveFrom === ANY_TIME && hasDays(found))
    faults.add(pointer, `"${found.name}" expires days after it was given.`, 'Say "from" when it was.');
  const sharedWith = readShared(work, args);
  if (found === undefined) return undefined;
  return { accountId: account.id, packageId: found.id, effectiveFrom, effectiveTo, sharedWith };
}

const hasSpend = ({ versions }: StoredPackage): boolean =>
  versions.some(
    ({ offer: { minimumSpend, maximumSpend, tiers = [] } }) =>
      minimumSpend !== undefined ||
      maximumSpend !== undefined ||
      tiers.some(({ steps }) => steps.some(({ flatFee }) => flatFee !== undefined)),
  );

const hasDays = ({ versions }: StoredPackage): boolean =>
  versions.some(({ offer: { allowances = [] } }) => allowances.some(({ validDays }) => validDays !== undefined));

/** The other accounts, in order of their ids: what they use is taken from one pool, on one clock, in one book. */
function readShared(
  { faults }: SetupWork,
  { setup, pointer, account, accounts }: Known & { setup: SubscriptionSetup; pointer: string; account: StoredAccount },
): readonly string[] {
  const others = (setup.sharedWith ?? []).flatMap((code, index) => {
    const other = accounts.get(code);
    const at = `${pointer}/sharedWith/${index}`;
    if (other === undefined) {
      faults.add(at, `There is no account "${code}".`, "Check the code.");
      return [];
    }
    if (other.bookId !== account.bookId)
      faults.add(
        at,
        `"${code}" is not below the same party as "${account.code}".`,
        "Only accounts of one reseller share.",
      );
    if (other.timeZone !== account.timeZone)
      faults.add(
        at,
        `"${code}" is in ${other.timeZone}, "${account.code}" in ${account.timeZone}.`,
        "Give both one zone.",
      );
    if (other.currency !== account.currency)
      faults.add(
        at,
        `"${code}" pays ${other.currency}, "${account.code}" ${account.currency}.`,
        "Share within one currency.",
      );
    return [other.id];
  });
  return [...new Set(others)].filter((id) => id !== account.id).sort();
}
