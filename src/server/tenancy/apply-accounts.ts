import { uuidv7 } from "../../clock.ts";
import { type Currency, parseCurrency } from "../../core/money/currency.ts";
import { NO_NANOS } from "../../core/money/nanos.ts";
import { CHAIN_LEVELS_MAX } from "../../core/tenancy/selling-chain.ts";
import { NO_ACCOUNT_LIMITS } from "../../core/tenancy/session-limits.ts";
import { priceMonthsAgain } from "../allowance/price-months-again.ts";
import type { TenantEvent } from "../events/event.ts";
import { recordEvents } from "../events/record-events.ts";
import { requireUsable } from "../invoicing/letterhead.ts";
import { readZone } from "./apply-tenant.ts";
import { checkReselling } from "./check-reselling.ts";
import type { StoredAccount } from "./party.ts";
import { accountFixed } from "./problems.ts";
import { readAccountLimits, readAmount, readLowBalance } from "./read-limits.ts";
import type { AccountSetup } from "./setup-schema.ts";
import { noteChange, type SetupWork } from "./setup-work.ts";
import { insertAccount, insertBook, listAccounts, updateAccount } from "./store.ts";

/**
 * Creates the accounts of a setup, parents first, and brings those that exist up to date. Answers all of the tenant's
 * accounts by code.
 *
 * @throws Problem `account-fixed` for a kind, payment, currency or parent other than the present one: what is booked
 * was booked under it.
 */
export async function applyAccounts(
  work: SetupWork,
  setups: readonly AccountSetup[],
): Promise<Map<string, StoredAccount>> {
  const accounts = new Map((await listAccounts(work.tx, work.tenantId)).map((account) => [account.code, account]));
  const events: TenantEvent[] = [];
  for (const [setup, index] of parentsFirst(setups, accounts, work)) {
    const pointer = `/accounts/${index}`;
    const present = accounts.get(setup.code);
    const account = readAccount(work, { setup, pointer, present, accounts });
    if (present) requireUnchanged(present, account, accounts);
    accounts.set(account.code, account);
    if (!noteChange(work, { kind: "account", name: account.code }, present, account)) continue;
    if (present) {
      await updateAccount(work.tx, account);
      events.push({ kind: "account-changed", accountId: account.id, data: { name: account.name, by: work.author } });
      if (present.timeZone !== account.timeZone)
        await priceMonthsAgain(work.tx, work.tenantId, [account.id], { asOtherPools: true });
      continue;
    }
    if (account.parentId === null) await insertBook(work.tx, { id: account.bookId, tenantId: work.tenantId });
    await insertAccount(work.tx, account);
    const { id: accountId, name, kind: accountKind } = account;
    events.push({ kind: "account-created", accountId, data: { name, accountKind, by: work.author } });
  }
  await recordEvents(work.tx, work.tenantId, events);
  const told = new Set(setups.flatMap(({ code, limits }) => (limits === undefined ? [] : [code])));
  requireGroups(
    [...accounts.values()].filter(({ code }) => !told.has(code)),
    work,
  );
  return accounts;
}

function readAccount(
  { tenantId, currency, timeZone, faults, destinationGroups }: SetupWork,
  args: {
    readonly setup: AccountSetup;
    readonly pointer: string;
    readonly present: StoredAccount | undefined;
    readonly accounts: ReadonlyMap<string, StoredAccount>;
  },
): StoredAccount {
  const { setup, pointer, present, accounts } = args;
  const parent = setup.parent ? accounts.get(setup.parent) : undefined;
  const wanted = parseCurrency(setup.currency ?? present?.currency ?? currency);
  if (wanted === undefined)
    faults.add(
      `${pointer}/currency`,
      `There is no currency "${setup.currency}".`,
      "Give an ISO 4217 code such as EUR.",
    );
  if (parent && parent.kind !== "reseller" && parent.kind !== "agent")
    faults.add(
      `${pointer}/parent`,
      `Account "${parent.code}" is no reseller or agent.`,
      "Only a reseller sells on, or an agent for its seller.",
    );
  if (parent?.isClosed)
    faults.add(
      `${pointer}/parent`,
      `Account "${parent.code}" is closed: it moved.`,
      "Name the one that has its place.",
    );
  if (setup.parent && setup.kind === "vendor")
    faults.add(`${pointer}/parent`, "A vendor has no parent.", "Leave it out: vendors are paid by the operator.");
  const { letterhead } = setup;
  if (letterhead !== undefined) faults.attempt(`${pointer}/letterhead`, () => requireUsable(letterhead));
  checkReselling(setup, pointer, { faults, groups: destinationGroups });
  return {
    ...present,
    id: present?.id ?? uuidv7(),
    tenantId,
    bookId: present?.bookId ?? parent?.bookId ?? uuidv7(),
    code: setup.code,
    name: setup.name ?? present?.name ?? setup.code,
    kind: setup.kind,
    payment: setup.payment ?? present?.payment ?? "postpaid",
    parentId: setup.parent === undefined ? (present?.parentId ?? null) : (parent?.id ?? null),
    currency: wanted ?? (currency as Currency),
    timeZone: readZone({ setup: setup.timeZone, pointer, present: present?.timeZone ?? timeZone }, faults),
    creditLimit: setup.creditLimit === undefined ? (present?.creditLimit ?? NO_NANOS) : readAmount(setup.creditLimit),
    limits:
      setup.limits === undefined
        ? (present?.limits ?? NO_ACCOUNT_LIMITS)
        : readAccountLimits(setup.limits, `${pointer}/limits`, { faults, groups: destinationGroups }),
    lowBalance: readThresholds(setup, pointer, { faults, present }),
    whenMoneyEnds: setup.whenMoneyEnds === undefined ? (present?.whenMoneyEnds ?? null) : setup.whenMoneyEnds,
    whenCreditEnds: setup.whenCreditEnds ?? present?.whenCreditEnds ?? "end-calls",
    letterhead: letterhead ?? present?.letterhead ?? {},
    brand: setup.brand ?? present?.brand ?? {},
    customerSince: setup.customerSince === undefined ? (present?.customerSince ?? null) : setup.customerSince,
    commission: setup.commission === undefined ? (present?.commission ?? null) : setup.commission,
  };
}

/** What a setup does not name stays; null is the tenant's. */
function readThresholds(
  { lowBalance }: AccountSetup,
  pointer: string,
  { faults, present }: Pick<SetupWork, "faults"> & { readonly present: StoredAccount | undefined },
): StoredAccount["lowBalance"] {
  if (lowBalance === undefined) return present?.lowBalance ?? null;
  return lowBalance === null ? null : readLowBalance(lowBalance, `${pointer}/lowBalance`, faults);
}

/** Limits of a group that is no more would limit nothing. */
function requireGroups(
  accounts: Iterable<StoredAccount>,
  { faults, destinationGroups }: Pick<SetupWork, "faults" | "destinationGroups">,
): void {
  for (const { code, limits } of accounts)
    for (const { group } of limits.groups)
      if (!destinationGroups.some(({ name }) => name === group))
        faults.add(
          "/tenant/destinationGroups",
          `Account "${code}" has limits of the group "${group}", which would be no more.`,
          "Keep the group, or take its limits from the account.",
        );
}

function requireUnchanged(
  present: StoredAccount,
  wanted: StoredAccount,
  accounts: ReadonlyMap<string, StoredAccount>,
): void {
  const { code } = present;
  for (const field of ["kind", "payment", "currency"] as const)
    if (present[field] !== wanted[field])
      throw accountFixed({ code, field, is: present[field], wanted: wanted[field] });
  if (present.parentId === wanted.parentId) return;
  const nameOf = (id: string | null) => [...accounts.values()].find((account) => account.id === id)?.code ?? "none";
  throw accountFixed({ code, field: "parent", is: nameOf(present.parentId), wanted: nameOf(wanted.parentId) });
}

/** The setups with their places in the file, each after its parent; what has no way up to the operator is a fault. */
function parentsFirst(
  setups: readonly AccountSetup[],
  accounts: ReadonlyMap<string, StoredAccount>,
  { faults }: SetupWork,
): [AccountSetup, number][] {
  const byCode = new Map(setups.map((setup, index) => [setup.code, { setup, index }]));
  const levels = new Map<string, number>();
  const levelOf = (code: string, below: readonly string[]): number | undefined => {
    const known = levels.get(code);
    if (known !== undefined) return known;
    const parent = byCode.get(code)?.setup.parent;
    if (below.includes(code) || below.length > CHAIN_LEVELS_MAX) return undefined;
    const level = parent ? levelOf(parent, [...below, code]) : 0;
    if (level === undefined || !(byCode.has(code) || accounts.has(code))) return undefined;
    levels.set(code, level + 1);
    return level + 1;
  };
  const sound = [...byCode.values()].filter(({ setup, index }) => {
    if (levelOf(setup.code, []) !== undefined) return true;
    const what = `The parents of "${setup.code}" do not lead up to the operator: one is missing, or its own ancestor.`;
    faults.add(`/accounts/${index}/parent`, what, "Name a reseller that exists or is in this file.");
    return false;
  });
  for (const [index, { code }] of setups.entries())
    if (byCode.get(code)?.index !== index)
      faults.add(`/accounts/${index}/code`, `The code "${code}" is used again below.`, "Give each account its own.");
  return sound
    .toSorted((a, b) => (levels.get(a.setup.code) ?? 0) - (levels.get(b.setup.code) ?? 0))
    .map(({ setup, index }) => [setup, index]);
}
