import { uuidv7 } from "../../clock.ts";
import type { Service } from "../../core/usage/service-units.ts";
import { recordEvents } from "../events/record-events.ts";
import { mayWrite, noteEntry, type SetupWork } from "../tenancy/setup-work.ts";
import { basesFirst } from "./bases-first.ts";
import { originsOf } from "./deck-zones.ts";
import { type PublicationPlan, planPublication, type TariffContent } from "./plan-publication.ts";
import { loadRates } from "./rate-store.ts";
import { type PlannedTariff, readTariffContent } from "./read-tariff-content.ts";
import { insertTariff, insertVersion, listTariffs, lockEpoch, type Tariff } from "./store.ts";
import type { TariffSetup } from "./tariff-setup.ts";
import { derivationToJson } from "./terms-json.ts";

/** All of the tenant's tariffs. */
export interface AppliedTariffs {
  /** By name. */
  readonly tariffIds: ReadonlyMap<string, string>;
  /** By id. */
  readonly services: ReadonlyMap<string, Service>;
}

/**
 * Creates the tariffs that a setup describes, and publishes a version of each whose terms, derivation or rates are not
 * those of its newest one. A tariff without rates of its own in the setup keeps the ones it has: decks feed it.
 */
export async function applyTariffs(
  work: SetupWork,
  setups: readonly TariffSetup[],
  accountIds: ReadonlyMap<string, string>,
): Promise<AppliedTariffs> {
  const { tx, tenantId } = work;
  const writing = setups.length > 0 && mayWrite(work);
  let epoch = writing ? await lockEpoch(tx, tenantId) : 0; // first: what is compared below then stays the newest
  const listed = await listTariffs(tx, tenantId);
  const planned = new Map<string, PlannedTariff>(
    listed.map((tariff) => [
      tariff.name,
      {
        ...tariff,
        currency: tariff.terms?.currency ?? work.currency,
        service: tariff.terms?.service ?? "voice",
        derivation: tariff.derivation,
        origins: originsOf(tariff, listed),
      },
    ]),
  );
  for (const [setup, index] of basesFirst(setups, work.faults)) {
    const pointer = `/tariffs/${index}`;
    const present = listed.find(({ name }) => name === setup.name);
    const held = present?.terms ? await loadRates(tx, present.id, present.version) : [];
    const next = readTariffContent(work, { setup, pointer, present, held, planned });
    const accountId = accountOf(work, { setup, pointer, present, accountIds });
    if (next === null || accountId === undefined) continue;
    const id = present?.id ?? uuidv7();
    const { derivation: derived } = next;
    const bottom = derived && [...planned.values()].find((one) => one.id === derived.baseTariffId);
    const origins = bottom ? bottom.origins : next.terms.origins;
    const { currency, service = "voice" } = next.terms;
    planned.set(setup.name, { id, name: setup.name, currency, service, derivation: derived, origins });
    const now = present?.terms ? { terms: present.terms, derivation: present.derivation, rates: held } : null;
    const plan = planPublication(now, next);
    if (!noteTariff(work, { id, name: setup.name, accountId }, { present, next, plan })) continue;
    if (present === undefined) await insertTariff(tx, { tenantId, id, name: setup.name, accountId });
    const { terms, derivation } = next;
    const { closings, rates } = plan;
    const publication = { tenantId, tariffId: id, terms, derivation, closings, rates, deckId: null };
    const version = await insertVersion(tx, { ...publication, publishedBy: work.author }, epoch);
    const published = { tariff: setup.name, version, deckId: null, by: work.author };
    await recordEvents(tx, tenantId, [{ kind: "rates-published", accountId, objectId: id, data: published }]);
    epoch += 1;
  }
  const all = [...planned.values()];
  return {
    tariffIds: new Map(all.map(({ name, id }) => [name, id])),
    services: new Map(all.map(({ id, service }) => [id, service])),
  };
}

/**
 * Notes what becomes of a tariff; answers whether a version has to be published. Of rates the audit counts what goes
 * and comes.
 */
function noteTariff(
  work: SetupWork,
  { id, name, accountId }: { readonly id: string; readonly name: string; readonly accountId: string | null },
  args: { readonly present: Tariff | undefined; readonly next: TariffContent; readonly plan: PublicationPlan },
): boolean {
  const { present, next, plan } = args;
  const { fields, closings, rates } = plan;
  const change = present === undefined ? "created" : fields.length === 0 ? "unchanged" : "changed";
  work.changes.push({ kind: "tariff", name, change, fields: present === undefined ? [] : fields });
  if (change === "unchanged") return false;
  const whose = { id, ...(accountId !== null && { accountId }) };
  const shown = ({ terms, derivation }: Pick<TariffContent, "terms" | "derivation">, version: number) => {
    const all = { ...terms, derivation: derivation && derivationToJson(derivation) };
    const told =
      present === undefined ? all : Object.fromEntries(Object.entries(all).filter(([field]) => fields.includes(field)));
    return { ...whose, version, ...told };
  };
  const before = present?.terms
    ? shown({ terms: present.terms, derivation: present.derivation }, present.version)
    : null;
  const after = { ...shown(next, (present?.version ?? 0) + 1), rates: { ended: closings.length, added: rates.length } };
  noteEntry(work, { kind: "tariff", name, change }, { before, after });
  return mayWrite(work);
}

/** The account that a private tariff is for; null: anybody's; undefined after a fault. */
function accountOf(
  { faults }: SetupWork,
  args: {
    readonly setup: TariffSetup;
    readonly pointer: string;
    readonly present: Tariff | undefined;
    readonly accountIds: ReadonlyMap<string, string>;
  },
): string | null | undefined {
  const { setup, pointer, present, accountIds } = args;
  if (setup.account === undefined) return present?.accountId ?? null;
  const accountId = accountIds.get(setup.account);
  if (accountId === undefined)
    faults.add(`${pointer}/account`, `There is no account "${setup.account}".`, "Check the code.");
  else if (present && present.accountId !== accountId)
    faults.add(`${pointer}/account`, "The tariff was made for others.", "Describe a tariff of another name.");
  return accountId;
}
