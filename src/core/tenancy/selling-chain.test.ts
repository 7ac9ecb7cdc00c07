import { expect, test } from "vitest";
import { parseCurrency } from "../money/currency.ts";
import { Problem } from "../problem.ts";
import type { Account } from "./account.ts";
import { agentsOf, buyersOf, CHAIN_LEVELS_MAX, sellingChain } from "./selling-chain.ts";

const account = (id: string, parentId: string | null, rest: Partial<Account> = {}): Account => ({
  id,
  tenantId: "t",
  bookId: "b",
  name: id,
  kind: "reseller",
  payment: "postpaid",
  parentId,
  currency: parseCurrency("EUR")!,
  timeZone: "UTC",
  ...rest,
});

const tree = (...accounts: Account[]) => new Map(accounts.map((each) => [each.id, each]));

test("a customer of a reseller of a reseller pays up the chain", () => {
  const accounts = tree(account("top", null), account("middle", "top"), account("c", "middle", { kind: "customer" }));
  expect(sellingChain("c", accounts).map(({ id }) => id)).toEqual(["c", "middle", "top"]);
});

test("a customer of the operator is a chain of one", () => {
  expect(sellingChain("c", tree(account("c", null, { kind: "customer" })))).toHaveLength(1);
});

test("agents above the payer sell in their seller's name: they are no part of the chain, and known by themselves", () => {
  const accounts = tree(
    account("agency", null, { kind: "agent" }),
    account("top", "agency"),
    account("agent", "top", { kind: "agent" }),
    account("helper", "agent", { kind: "agent" }),
    account("c", "helper", { kind: "customer" }),
  );
  expect(sellingChain("c", accounts).map(({ id }) => id)).toEqual(["c", "top"]);
  expect(agentsOf("c", accounts).map(({ id }) => id)).toEqual(["helper", "agent"]);
  expect(agentsOf("top", accounts).map(({ id }) => id)).toEqual(["agency"]);
  expect(sellingChain("helper", accounts).map(({ id }) => id)).toEqual(["helper", "top"]); // its own calls
});

test("who buys from a seller: those under it, and those under its agents", () => {
  const accounts = [
    account("agent", null, { kind: "agent" }),
    account("c1", "agent", { kind: "customer" }),
    account("top", "agent"),
    account("c2", "top", { kind: "customer" }),
    account("c3", null, { kind: "customer" }),
    account("v", null, { kind: "vendor" }),
  ];
  expect(buyersOf(null, accounts).map(({ id }) => id)).toEqual(["agent", "c3", "c1", "top"]);
  expect(buyersOf("top", accounts).map(({ id }) => id)).toEqual(["c2"]);
  expect(buyersOf("c2", accounts)).toEqual([]);
});

test("the deepest tree allowed", () => {
  const accounts = Array.from({ length: CHAIN_LEVELS_MAX }, (_, i) => account(`${i}`, i === 0 ? null : `${i - 1}`));
  expect(sellingChain(`${CHAIN_LEVELS_MAX - 1}`, tree(...accounts))).toHaveLength(CHAIN_LEVELS_MAX);
  const deeper = [...accounts, account("leaf", `${CHAIN_LEVELS_MAX - 1}`)];
  expect(() => sellingChain("leaf", tree(...deeper))).toThrow("levels");
});

test.each<[string, ReadonlyMap<string, Account>]>([
  ["does not exist", tree(account("c", "gone"))],
  ["its own ancestor", tree(account("c", "p"), account("p", "c"))],
  ["no reseller", tree(account("c", "p"), account("p", null, { kind: "customer" }))],
  ["another book", tree(account("c", "p"), account("p", null, { bookId: "other" }))],
])("a chain whose account %s is refused", (said, accounts) => {
  expect(() => sellingChain("c", accounts)).toThrow(Problem);
  expect(() => sellingChain("c", accounts)).toThrow(said);
});
