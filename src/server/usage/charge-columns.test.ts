import { expect, test } from "vitest";
import type { Currency } from "../../core/money/currency.ts";
import { nanos } from "../../core/money/nanos.ts";
import { BinaryCopy } from "../db/binary-copy.ts";
import { ChargeColumns } from "./charge-columns.ts";
import { writeChargeEnd } from "./insert-charges.ts";
import type { PricedCharge } from "./priced-call.ts";

const [EUR, USD] = ["EUR" as Currency, "USD" as Currency];
const id = (n: number): string => `019a0000-0000-7000-8000-00000000000${n}`;

const charge = (amount: bigint, rest: Partial<PricedCharge> = {}): PricedCharge => ({
  side: "customer",
  accountId: id(1),
  amount: nanos(amount),
  currency: EUR,
  converted: null,
  tariffId: id(9),
  tariffEpoch: 1,
  prefix: "1415",
  destination: "Grüße",
  rate: "0.05",
  connectFee: null,
  billedS: 60,
  ...rest,
});

const CHARGES = [
  charge(50_000_000n),
  charge(-1n, { side: "cost", accountId: id(2), currency: USD }),
  charge(2n ** 63n - 1n),
  charge(2n ** 63n), // one more than 8 bytes hold: 9.2 × 10⁹ of a currency, which a call in a small one may cost
  charge(-(10n ** 27n)),
  charge(11n, { converted: { tariffAmount: nanos(10n), tariffCurrency: USD, exchangeRate: "1.1" } }),
  charge(0n, { coverage: { coveredS: 60, parts: [] } }),
];

test("charges come out as they went in, however many more there are than was expected", () => {
  const columns = new ChargeColumns(1);
  for (const [call, one] of CHARGES.entries()) columns.add(one, call);
  expect(columns.count).toBe(CHARGES.length);
  const due = ({ side, accountId, currency, amount, converted }: PricedCharge) =>
    ({ side, accountId, currency, amount, converted }) as const;
  expect(CHARGES.map((_, place) => columns.dueAt(place))).toEqual(CHARGES.map(due));
  expect(CHARGES.map((_, place) => columns.callOf(place))).toEqual([...CHARGES.keys()]);
});

test("the last fields of their rows are those of rows that are written at once, in any order", () => {
  const columns = new ChargeColumns(1);
  for (const one of CHARGES) columns.add(one, 0);
  const [kept, direct] = [new BinaryCopy(), new BinaryCopy()];
  for (const [place, one] of [...CHARGES.entries()].reverse()) {
    columns.writeEnd(kept, place);
    writeChargeEnd(direct, one);
  }
  expect(kept.finish()).toEqual(direct.finish());
});
