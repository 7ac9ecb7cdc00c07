import { uuidv7 } from "../../clock.ts";
import { type EpochMs, epochMs, toInstant } from "../../core/time/epoch.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import { type LostShare, priceMonthsWithout } from "../allowance/price-months-without.ts";
import { loadParties } from "../tenancy/load-parties.ts";
import { mayWrite, noteChange, type SetupWork } from "../tenancy/setup-work.ts";
import { boughtAt } from "./load-pools.ts";
import type { OfferSetup, PackageSetup } from "./package-setup.ts";
import { readOffer } from "./read-offer.ts";
import { insertPackageVersion, listPackages, type StoredPackage, savePackage } from "./store.ts";

/** A package without a date gives what it gives to calls of any time. */
const ANY_TIME: EpochMs = epochMs(0);

/**
 * Creates the packages of a setup, and a new version of each that gives something else from its time on. A file may
 * describe a package several times, each from another time. Answers all packages of the tenant, by name.
 */
export async function applyPackages(
  work: SetupWork,
  setups: readonly PackageSetup[],
  tariffIds: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, StoredPackage>> {
  const before = await listPackages(work.tx, work.tenantId);
  const packages = new Map(before.map((one) => [one.name, one]));
  const seen = new Set<string>();
  for (const [index, setup] of setups.entries()) {
    const pointer = `/packages/${index}`;
    const effectiveFrom = setup.from === undefined ? ANY_TIME : parseInstant(setup.from, work.timeZone);
    if (effectiveFrom === undefined) {
      work.faults.add(
        `${pointer}/from`,
        `"${setup.from}" is no time.`,
        'Write "2026-03-01", or a time with its offset.',
      );
      continue;
    }
    const place = `${setup.name} from ${effectiveFrom}`;
    if (seen.has(place))
      work.faults.add(pointer, "The package stands above already, from the same time.", "Remove one.");
    seen.add(place);
    const offer = offerOf(setup);
    readOffer(offer, pointer, work.faults);
    requireTimes(work, setup, pointer);
    const wanted = wantedTariffs(work, setup, pointer, tariffIds);
    packages.set(setup.name, await applyPackage(work, { setup, offer, effectiveFrom, wanted, packages }));
  }
  if (mayWrite(work)) await takeFromTariffs(work, before, packages);
  return packages;
}

/** Who has had a package only because their tariff brought it, and brings it no more, never had it. */
async function takeFromTariffs(
  { tx, tenantId }: SetupWork,
  before: readonly StoredPackage[],
  packages: ReadonlyMap<string, StoredPackage>,
): Promise<void> {
  const dropped = before.flatMap(({ name, tariffIds }) => {
    const left = new Set(packages.get(name)?.tariffIds);
    return tariffIds.filter((id) => !left.has(id));
  });
  if (dropped.length === 0) return;
  const { accounts, assignments } = await loadParties(tx, tenantId);
  const payers = new Map(accounts.filter(({ kind }) => kind !== "vendor").map((account) => [account.id, account]));
  const lost = boughtAt(new Set(dropped), assignments).flatMap(({ accountId, from, to }): LostShare[] => {
    const account = payers.get(accountId);
    return account === undefined ? [] : [{ account, from, to }];
  });
  await priceMonthsWithout(tx, tenantId, lost);
}

async function applyPackage(
  work: SetupWork,
  args: {
    readonly setup: PackageSetup;
    readonly offer: OfferSetup;
    readonly effectiveFrom: EpochMs;
    readonly wanted: readonly string[] | undefined;
    readonly packages: ReadonlyMap<string, StoredPackage>;
  },
): Promise<StoredPackage> {
  const { setup, offer, effectiveFrom, wanted, packages } = args;
  const { tx, tenantId, author: publishedBy } = work;
  const present = packages.get(setup.name);
  const { id, tariffIds, versions } = present ?? { id: uuidv7(), tariffIds: [], versions: [] };
  const before = versions.findLast((version) => version.effectiveFrom === effectiveFrom);
  const next: StoredPackage = { id, name: setup.name, tariffIds: wanted ?? tariffIds, versions };
  const name = setup.from === undefined ? setup.name : `${setup.name} from ${toInstant(effectiveFrom)}`;
  const shown = (given: OfferSetup, tariffs: readonly string[]) => ({ ...EMPTY_OFFER, ...given, tariffs });
  const change = noteChange(
    work,
    { kind: "package", name },
    before && shown(before.offer, tariffIds),
    shown(offer, next.tariffIds),
  );
  const version = { number: (versions.at(-1)?.number ?? 0) + 1, effectiveFrom, offer };
  const isNew = before === undefined || JSON.stringify(sorted(before.offer)) !== JSON.stringify(sorted(offer));
  if (change) {
    await savePackage(tx, tenantId, next);
    if (isNew) await insertPackageVersion(tx, { ...version, tenantId, packageId: id, publishedBy });
  }
  return isNew ? { ...next, versions: [...versions, version] } : next;
}

/** So that a part that was taken out is a field that changed. */
const EMPTY_OFFER = {
  allowances: [],
  tiers: [],
  promotions: [],
  minimumSpend: undefined,
  maximumSpend: undefined,
} as const;

/** What a version keeps of a package's setup. */
function offerOf(setup: PackageSetup): OfferSetup {
  const { name: _name, from: _from, tariffs: _tariffs, ...offer } = setup;
  return offer;
}

/** The same whatever the order in which fields came: `jsonb` has its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, sorted(field)]));
}

function requireTimes({ faults, timeZone }: SetupWork, { promotions = [] }: PackageSetup, pointer: string): void {
  for (const [index, { from, to }] of promotions.entries()) {
    const at = `${pointer}/promotions/${index}`;
    const [begins, ends] = [from, to].map((text) => (text === undefined ? undefined : parseInstant(text, timeZone)));
    if (from !== undefined && begins === undefined) faults.add(`${at}/from`, `"${from}" is no time.`, "Correct it.");
    if (to !== undefined && ends === undefined) faults.add(`${at}/to`, `"${to}" is no time.`, "Correct it.");
    if (begins !== undefined && ends !== undefined && ends <= begins)
      faults.add(
        `${at}/to`,
        "The promotion ends before it begins.",
        "Give a later time: the first that it is over at.",
      );
  }
}

function wantedTariffs(
  { faults }: SetupWork,
  { tariffs }: PackageSetup,
  pointer: string,
  tariffIds: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  return tariffs?.flatMap((name, index) => {
    const id = tariffIds.get(name);
    if (id === undefined)
      faults.add(
        `${pointer}/tariffs/${index}`,
        `There is no tariff "${name}".`,
        "Check the name, or describe it in this file.",
      );
    return id === undefined ? [] : [id];
  });
}
