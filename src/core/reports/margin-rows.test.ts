import fc from "fast-check";
import { expect, test } from "vitest";
import { nanos, nanosFromSql, nanosToSql } from "../money/nanos.ts";
import { type MarginPart, marginRows } from "./margin-rows.ts";

const part = (key: string, kind: MarginPart["kind"], amount: string, calls = 0): MarginPart => ({
  ...{ key, kind, calls },
  amount: nanosFromSql(amount),
});

test("revenue, cost and margin by key, and in total", () => {
  const { rows, total } = marginRows([
    part("b", "revenue", "0.10", 1),
    part("a", "cost", "0.02"),
    part("b", "cost", "0.06"),
    part("c", "revenue", "0.01", 2),
    part("c", "cost", "0.03"),
  ]);
  expect(
    [...rows, { key: "total", ...total }].map(({ key, calls, revenue, cost, margin, marginPercent }) =>
      [key, calls, nanosToSql(revenue), nanosToSql(cost), nanosToSql(margin), marginPercent].join(" "),
    ),
  ).toEqual(["a 0 0 0.02 -0.02 ", "b 1 0.1 0.06 0.04 40", "c 2 0.01 0.03 -0.02 -200", "total 3 0.11 0.11 0 0"]);
});

test("rows add up to the total, and nothing is lost", () => {
  const anyPart = fc.record({
    key: fc.constantFrom("a", "b", "c"),
    kind: fc.constantFrom("revenue" as const, "cost" as const),
    amount: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(nanos),
    calls: fc.nat(1_000),
  });
  fc.assert(
    fc.property(fc.array(anyPart), (parts) => {
      const { rows, total } = marginRows(parts);
      for (const name of ["revenue", "cost", "margin"] as const)
        expect(rows.reduce((sum, row) => sum + row[name], 0n)).toBe(total[name]);
      const signed = parts.reduce((sum, { kind, amount }) => (kind === "revenue" ? sum + amount : sum - amount), 0n);
      expect(total.margin).toBe(signed);
    }),
  );
});
