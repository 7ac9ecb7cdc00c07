import { uuidv7 } from "../../clock.ts";
import { compileNumberPlan, DEFAULT_NUMBER_RULES, type NumberRules } from "../../core/numbering/number-plan.ts";
import { NO_SESSION_LIMITS } from "../../core/tenancy/session-limits.ts";
import type { Trunk } from "../../core/tenancy/trunk.ts";
import type { StoredAccount } from "./party.ts";
import { readSessionLimits } from "./read-limits.ts";
import type { TrunkSetup } from "./setup-schema.ts";
import { noteChange, type SetupWork } from "./setup-work.ts";
import { listTrunks, saveTrunk } from "./store.ts";

/** What trunks and rules refer to by name. */
export interface SetupParties {
  readonly accounts: ReadonlyMap<string, StoredAccount>;
  readonly sourceIds: ReadonlyMap<string, string>;
}

/** Creates the trunks of a setup or gives them their new account and numbers; answers all of the tenant's trunks. */
export async function applyTrunks(
  work: SetupWork,
  setups: readonly TrunkSetup[],
  parties: SetupParties,
): Promise<readonly Trunk[]> {
  const trunks = new Map((await listTrunks(work.tx, work.tenantId)).map((trunk) => [keyOf(trunk), trunk]));
  for (const [index, setup] of setups.entries()) {
    const pointer = `/trunks/${index}`;
    const account = findAccount(work, setup.account, `${pointer}/account`, parties);
    const sourceId = findSource(work, setup.source, `${pointer}/source`, parties);
    if (account === undefined || sourceId === undefined) continue;
    if ((setup.direction === "egress") !== (account.kind === "vendor")) {
      const what = `An ${setup.direction} trunk cannot belong to the ${account.kind} "${account.code}".`;
      work.faults.add(
        `${pointer}/account`,
        what,
        "Calls leave through vendors' trunks and come in through customers'.",
      );
    }
    if (setup.limits !== undefined && setup.direction === "egress")
      work.faults.add(
        `${pointer}/limits`,
        "An egress trunk has limits.",
        "Limit the trunks that calls come in through.",
      );
    const before = trunks.get(keyOf({ ...setup, sourceId }));
    const trunk: Trunk = {
      id: before?.id ?? uuidv7(),
      sourceId,
      name: setup.name,
      accountId: account.id,
      direction: setup.direction,
      numbers: readNumbers(work, setup, pointer, before),
      whenDatabaseAway:
        setup.whenDatabaseAway === undefined ? (before?.whenDatabaseAway ?? null) : setup.whenDatabaseAway,
      limits:
        setup.limits === undefined
          ? (before?.limits ?? NO_SESSION_LIMITS)
          : readSessionLimits(setup.limits, `${pointer}/limits`, work.faults),
    };
    trunks.set(keyOf(trunk), trunk);
    const name = `${setup.name} (${setup.direction}${setup.source === undefined ? "" : `, ${setup.source}`})`;
    if (noteChange(work, { kind: "trunk", name }, before, trunk)) await saveTrunk(work.tx, work.tenantId, trunk);
  }
  return [...trunks.values()];
}

const keyOf = ({ sourceId, name, direction }: Pick<Trunk, "sourceId" | "name" | "direction">): string =>
  JSON.stringify([sourceId, name, direction]);

function readNumbers(
  { faults }: SetupWork,
  { numbers }: TrunkSetup,
  pointer: string,
  before: Trunk | undefined,
): NumberRules | null {
  if (numbers === undefined) return before?.numbers ?? null;
  if (numbers === null) return null;
  const rules = { ...DEFAULT_NUMBER_RULES, ...numbers };
  faults.attempt(`${pointer}/numbers`, () => compileNumberPlan(rules));
  return rules;
}

/** The account of that code; a fault when there is none. */
export function findAccount(
  { faults }: SetupWork,
  code: string,
  pointer: string,
  { accounts }: SetupParties,
): StoredAccount | undefined {
  const account = accounts.get(code);
  if (account === undefined)
    faults.add(pointer, `There is no account "${code}".`, "Check the code, or describe the account in this file.");
  return account;
}

/** The source of that name, null for none named; a fault when there is none of that name. */
export function findSource(
  { faults }: SetupWork,
  name: string | undefined,
  pointer: string,
  { sourceIds }: SetupParties,
): string | null | undefined {
  if (name === undefined) return null;
  const id = sourceIds.get(name);
  if (id === undefined)
    faults.add(pointer, `There is no source "${name}".`, "Check the name, or describe the source in this file.");
  return id;
}
