import { expect, test } from "vitest";
import type { Currency } from "../money/currency.ts";
import type { Account, AccountKind } from "./account.ts";
import { planMove } from "./plan-move.ts";

const account = (id: string, kind: AccountKind, parentId: string | null, rest: Partial<Account> = {}): Account => ({
  ...{ id, kind, parentId, tenantId: "t", bookId: "b", name: id, payment: "postpaid" as const },
  ...{ currency: "EUR" as Currency, timeZone: "UTC", ...rest },
});

const DEEP = Array.from({ length: 15 }, (_, level) =>
  account(`deep-${level}`, "reseller", level === 0 ? null : `deep-${level - 1}`),
);
const ACCOUNTS = [
  account("top", "reseller", null),
  account("second", "reseller", "top"),
  account("customer", "customer", "second"),
  account("gone", "customer", "second", { isClosed: true }),
  account("agent", "agent", null),
  account("vendor", "vendor", null),
  ...DEEP,
];
const byId = (id: string): Account => ACCOUNTS.find((one) => one.id === id) as Account;

test.each<[string, string | null, string]>([
  // who, under whom, who moves or why not
  ["customer", "top", "customer"],
  ["customer", null, "customer"],
  ["second", null, "second customer"],
  ["top", "agent", "top second customer"],
  ["second", "deep-13", "second customer"],
  ["second", "deep-14", "the tree would be 17 levels deep, and 16 is the most"],
  ["top", "second", "its new parent stands below it"],
  ["top", "top", "its new parent stands below it"],
  ["second", "customer", "its new parent sells to nobody"],
  ["second", "vendor", "its new parent sells to nobody"],
  ["vendor", "top", "it is a vendor, and vendors stand under nobody"],
  ["second", "top", "it is there already"],
  ["top", null, "it is there already"],
  ["gone", null, "another account has taken its place already"],
  ["customer", "gone", "another account has taken the place of its new parent"],
])("%s under %s: %s", (id, parentId, expected) => {
  const plan = planMove(byId(id), parentId === null ? null : byId(parentId), ACCOUNTS);
  expect(plan.kind === "moves" ? plan.moved.map((one) => one.id).join(" ") : plan.why).toBe(expected);
});
