import { expect, test } from "vitest";
import { SetupFaults } from "../tenancy/setup-faults.ts";
import type { OfferSetup } from "./package-setup.ts";
import { readOffer } from "./read-offer.ts";

/** "/allowances/0: No quantity is named." of everything that is wrong with an offer. */
function faultsOf(offer: OfferSetup): string[] {
  const faults = new SetupFaults();
  readOffer(offer, "", faults);
  try {
    faults.throwAny();
    return [];
  } catch (error) {
    const { what } = error as { what: string };
    return what
      .split("\n")
      .slice(1)
      .map((line) => line.trim().replace(/^(\S+: [^.]*(?:\.\d[^.]*)*\.).*/, "$1"));
  }
}

const allowance = (more: object): OfferSetup => ({ allowances: [{ name: "a", minutes: 1, ...more }] });
const tiers = (more: object): OfferSetup => ({ tiers: [{ name: "t", steps: [{ price: "0.05" }], ...more }] });
const promotion = (more: object): OfferSetup => ({ promotions: [{ name: "p", ...more }] });

test.each<[OfferSetup, string[], string]>([
  // offer                                                            faults
  [allowance({}), [], "sound"],
  [allowance({ minutes: 0.5 }), [], "half a minute is 30 s"],
  [
    allowance({ minutes: 0.01 }),
    ["/allowances/0/minutes: 0.01 minutes are no whole seconds."],
    "but no part of a second",
  ],
  [allowance({ calls: 2 }), ["/allowances/0: minutes and calls are named together."], "two quantities"],
  [{ allowances: [{ name: "a" }] }, ["/allowances/0: No quantity is named."], "none"],
  [
    allowance({ every: "once", rollover: { cycles: 1 } }),
    ["/allowances/0/rollover: What is granted once has no next cycle."],
    "no next cycle",
  ],
  [allowance({ validDays: 30 }), ["/allowances/0/validDays: Only what is granted once expires after days."], "days"],
  [
    allowance({ rollover: { cycles: 1, cap: { calls: 3 } } }),
    ["/allowances/0/rollover/cap: The allowance is of seconds, its cap of calls."],
    "a cap in another unit",
  ],
  [
    tiers({ steps: [{ upTo: 5, price: "1" }, { upTo: 5 }] }),
    ["/tiers/0/steps/1/upTo: The step does not end after the one before."],
    "order",
  ],
  [
    tiers({ steps: [{ price: "1" }, { upTo: 5 }] }),
    ["/tiers/0/steps/0: Only the last step may be without an end."],
    "an end",
  ],
  [
    tiers({ steps: [{ price: "1", percentOff: "5" }] }),
    ["/tiers/0/steps/0: A price and a percentage are named together."],
    "both",
  ],
  [
    tiers({ steps: [{ percentOff: "101" }] }),
    ["/tiers/0/steps/0/percentOff: 101 % are more than the whole price."],
    "too much",
  ],
  [
    tiers({ by: "amount" }),
    ["/tiers/0/steps/0/price: Where amounts are counted, there is no price a unit."],
    "no unit",
  ],
  [
    tiers({ by: "amount", steps: [{ upTo: 5 }] }),
    ["/tiers/0/steps/0/upTo: Is 5, where amount are counted."],
    "an amount stands in quotes",
  ],
  [
    tiers({ mode: "volume", every: "week" }),
    ['/tiers/0/every: Volume prices are known when their total is, at the end of a day or month, not of "week".'],
    "a week has days of two months",
  ],
  [
    tiers({ every: "day", steps: [{ flatFee: "1" }] }),
    ["/tiers/0/every: Flat fees are billed by the month."],
    "a daily fee",
  ],
  [promotion({}), ["/promotions/0: The promotion gives nothing."], "nothing"],
  [promotion({ price: "1", percentOff: "5" }), ["/promotions/0: The promotion gives several things."], "two things"],
  [
    promotion({ free: { minutes: 1 }, cap: { calls: 1 } }),
    ["/promotions/0/cap: What is free ends by itself."],
    "a cap of what is free",
  ],
  [
    { ...allowance({ name: "p" }), ...promotion({ free: { minutes: 1 } }) },
    ['/: Two of its parts are named "p".'],
    "a promotion is an allowance",
  ],
  [{ minimumSpend: "2", maximumSpend: "1" }, ["/maximumSpend: The most is less than the least."], "bounds"],
])("%#: what is wrong with an offer is said with its place", (offer, faults) => {
  expect(faultsOf(offer)).toEqual(faults);
});

test("an allowance waives surcharges only if it says so", () => {
  const waives = (more: object) =>
    readOffer(allowance(more), "", new SetupFaults()).allowances.map(({ waivesSurcharges }) => waivesSurcharges);
  expect(waives({})).toEqual([undefined]);
  expect(waives({ waivesSurcharges: false })).toEqual([undefined]);
  expect(waives({ waivesSurcharges: true })).toEqual([true]);
});
