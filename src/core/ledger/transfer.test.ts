import fc from "fast-check";
import { expect, test } from "vitest";
import type { Currency } from "../money/currency.ts";
import { nanos } from "../money/nanos.ts";
import type { LedgerOwner } from "./posting.ts";
import { sumByAccount } from "./posting.ts";
import { transfer } from "./transfer.ts";

const owner = (bookId: string, ownerId: string): LedgerOwner => ({ bookId, ownerId, currency: "EUR" as Currency });
const effectiveDate = Temporal.PlainDate.from("2026-03-02");
const from = owner("old", "a");

test("what leaves the old account arrives at the new one, and nothing stays in between", () => {
  fc.assert(
    fc.property(fc.bigInt(-1_000n, 1_000n), fc.bigInt(0n, 1_000n), fc.constantFrom("old", "new"), (has, owes, book) => {
      const to = owner(book, "b");
      const journals = transfer({ from, to, effectiveDate, wallet: nanos(has), overrun: nanos(owes) });
      const sum = (ownerId: string | null, kind: string): bigint =>
        sumByAccount(journals.flatMap(({ postings }) => postings))
          .filter(({ account }) => account.kind === kind && (ownerId === null || account.ownerId === ownerId))
          .reduce((total, { amount }) => total + amount, 0n);
      // Before, the old wallet is a credit of what it has; the transfer takes exactly that away.
      expect([sum("a", "wallet"), sum("b", "wallet")]).toEqual([has, -has]);
      expect([sum("a", "overrun"), sum("b", "overrun")]).toEqual([-owes, owes]);
      expect(sum(null, "transfer-clearing")).toBe(0n);
    }),
  );
});

test("an account without money needs no journal", () => {
  expect(transfer({ from, to: owner("new", "b"), effectiveDate, wallet: nanos(0n), overrun: nanos(0n) })).toEqual([]);
});
