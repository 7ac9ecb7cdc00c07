import { type EpochMs, epochMs, toInstant } from "../../core/time/epoch.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { StoredAccount, TariffAssignment } from "./party.ts";
import type { AccountSetup } from "./setup-schema.ts";
import { noteChange, type SetupWork } from "./setup-work.ts";
import { listTariffAssignments, saveTariffAssignment } from "./store.ts";

/** `"tariff": "retail"` is the tariff for calls of any time. */
const ANY_TIME: EpochMs = epochMs(0);

/** Says from when on each account buys at which tariff. Assignments that the setup does not name stay. */
export async function applyAssignments(
  work: SetupWork,
  setups: readonly AccountSetup[],
  args: {
    readonly accounts: ReadonlyMap<string, StoredAccount>;
    readonly tariffIds: ReadonlyMap<string, string>;
    /** By id of the tariff. */
    readonly services: ReadonlyMap<string, Service>;
  },
): Promise<void> {
  const { tx, tenantId, faults } = work;
  const present = new Map((await listTariffAssignments(tx, tenantId)).map((one) => [placeOf(one), one]));
  for (const [index, setup] of setups.entries()) {
    const account = args.accounts.get(setup.code);
    if (account === undefined) continue; // a fault of its own
    for (const { tariff, from, pointer } of wantedBy(setup, `/accounts/${index}`)) {
      const tariffId = args.tariffIds.get(tariff);
      const effectiveFrom = from === undefined ? ANY_TIME : parseInstant(from, account.timeZone);
      if (tariffId === undefined)
        faults.add(pointer, `There is no tariff "${tariff}".`, "Check the name, or describe the tariff in this file.");
      if (effectiveFrom === undefined)
        faults.add(pointer, `"${from}" is no time.`, 'Write "2026-03-01", or "2026-03-01T08:00:00Z" with its offset.');
      if (tariffId === undefined || effectiveFrom === undefined) continue;
      const service = args.services.get(tariffId) ?? "voice";
      const assignment = { accountId: account.id, service, tariffId, effectiveFrom };
      const before = present.get(placeOf(assignment));
      const name = `${setup.code}: ${tariff}${from === undefined ? "" : ` from ${toInstant(effectiveFrom)}`}`;
      if (noteChange(work, { kind: "assignment", name }, before, assignment))
        await saveTariffAssignment(tx, tenantId, assignment);
    }
  }
}

/** Where an account has one tariff. */
const placeOf = ({ accountId, service, effectiveFrom }: TariffAssignment): string =>
  `${accountId} ${service} ${effectiveFrom}`;

function wantedBy(setup: AccountSetup, pointer: string) {
  const one =
    setup.tariff === undefined ? [] : [{ tariff: setup.tariff, from: undefined, pointer: `${pointer}/tariff` }];
  const several = (setup.tariffs ?? []).map(({ tariff, from }, place) => {
    return { tariff, from, pointer: `${pointer}/tariffs/${place}` };
  });
  return [...one, ...several];
}
