import { uuidv7 } from "../../clock.ts";
import { type AccountConditions, type AccountRule, checkAccountRule } from "../../core/tenancy/account-rule.ts";
import type { Trunk } from "../../core/tenancy/trunk.ts";
import { findAccount, findSource, type SetupParties } from "./apply-trunks.ts";
import type { RuleSetup } from "./setup-schema.ts";
import { mayWrite, noteChange, noteRemoval, type SetupWork } from "./setup-work.ts";
import { listRules, replaceRules } from "./store.ts";

/**
 * Makes the rules of a setup the tenant's rules. Which rule wins depends on all of them, so they change together: one
 * that the setup does not name goes.
 */
export async function applyRules(
  work: SetupWork,
  setups: readonly RuleSetup[],
  parties: SetupParties & { readonly trunks: readonly Trunk[] },
): Promise<void> {
  const present = new Map((await listRules(work.tx, work.tenantId)).map((rule) => [meaningOf(rule), rule]));
  const wanted = new Map<string, AccountRule>();
  for (const [index, setup] of setups.entries()) {
    const rule = readRule(work, setup, `/rules/${index}`, parties);
    if (rule === undefined) continue;
    const meaning = meaningOf(rule);
    const before = present.get(meaning);
    if (wanted.has(meaning)) {
      work.faults.add(`/rules/${index}`, "The same rule stands above already.", "Remove one of them.");
      continue;
    }
    wanted.set(meaning, before ?? rule);
    noteChange(work, { kind: "rule", name: nameOf(setup) }, before, before ?? rule);
  }
  const codes = new Map([...parties.accounts.values()].map(({ id, code }) => [id, code]));
  const removed = [...present].filter(([meaning]) => !wanted.has(meaning)).map(([, rule]) => rule);
  for (const rule of removed) {
    const { accountId, match } = rule;
    const name = nameOf({ account: codes.get(accountId) ?? accountId, match });
    noteRemoval(work, { kind: "rule", name }, rule);
  }
  const same = removed.length === 0 && [...wanted.keys()].every((meaning) => present.has(meaning));
  if (!same && mayWrite(work)) await replaceRules(work.tx, work.tenantId, [...wanted.values()]);
}

function readRule(
  work: SetupWork,
  setup: RuleSetup,
  pointer: string,
  parties: SetupParties & { readonly trunks: readonly Trunk[] },
): AccountRule | undefined {
  const { faults } = work;
  const account = findAccount(work, setup.account, `${pointer}/account`, parties);
  const sourceId = findSource(work, setup.source, `${pointer}/source`, parties);
  if (account === undefined || sourceId === undefined) return undefined;
  if (account.kind === "vendor")
    faults.add(
      `${pointer}/account`,
      `Account "${account.code}" is a vendor, which pays for no calls.`,
      "Name a customer.",
    );
  const named = parties.trunks.filter(({ name, direction }) => direction === "ingress" && name === setup.trunk);
  const trunk = named.find((one) => one.sourceId === sourceId) ?? named.find((one) => one.sourceId === null);
  if (setup.trunk !== undefined && trunk === undefined) {
    const fix = "Describe the trunk, of the same source or of none.";
    faults.add(`${pointer}/trunk`, `There is no ingress trunk "${setup.trunk}".`, fix);
  }
  const rule: AccountRule = {
    id: uuidv7(),
    sourceId,
    match: (setup.match ?? {}) as AccountConditions,
    priority: setup.priority ?? 0,
    accountId: account.id,
    trunkId: trunk?.id ?? null,
  };
  faults.attempt(pointer, () => {
    const problem = checkAccountRule(rule);
    if (problem) throw problem;
  });
  return rule;
}

/** Equal texts mean equal rules. */
function meaningOf({ sourceId, match, priority, accountId, trunkId }: AccountRule): string {
  const conditions = Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sourceId, conditions, priority, accountId, trunkId]);
}

function nameOf({ account, source, match }: Pick<RuleSetup, "account" | "source" | "match">): string {
  const conditions = Object.entries({ ...match, ...(source === undefined ? {} : { source }) });
  return `${account} by ${conditions.map(([field, value]) => `${field} ${value}`).join(", ") || "source"}`;
}
