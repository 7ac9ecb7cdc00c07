import { parseDecimal } from "../src/core/money/decimal.ts";
import { nanos } from "../src/core/money/nanos.ts";
import { rateCall } from "../src/core/rating/rate-call.ts";
import { rateSides, type Side } from "../src/core/rating/rate-sides.ts";
import { longestTalk } from "../src/core/rating/talk-time.ts";
import {
  buildTable,
  type CompiledTariff,
  compileTariff,
  findRate,
  withOverrides,
} from "../src/core/tariff/compiled-tariff.ts";
import { bench } from "./bench.ts";
import { buildCalls, buildDeck, DECK_TERMS } from "./rating-deck.ts";

const PREFIXES = 200_000;

/**
 * Calls come in batches and are gone after them: a million of them held at once would measure the garbage collector.
 */
const CALLS_MAX = 100_000;

/** A tariff of its own deck. A smoke run makes a small one: it is there to see that the sums are right. */
function deckTariff(tariffId: string, seed: number, n: number): CompiledTariff {
  return compileTariff({
    tariffId,
    number: 1,
    terms: DECK_TERMS,
    rates: buildDeck(seed, prefixesFor(n)),
    derivation: null,
  });
}

const prefixesFor = (n: number): number => (n < 10_000 ? 2_000 : PREFIXES);

function derived(tariffId: string, base: CompiledTariff, markupPercent: string): CompiledTariff {
  const derivation = {
    baseTariffId: base.tariffId,
    markupPercent: parseDecimal(markupPercent)!,
    addPerUnit: parseDecimal("0.0005")!,
    decimals: 6,
    rounding: "half-up" as const,
    increments: null,
  };
  return compileTariff({ tariffId, number: 1, terms: DECK_TERMS, rates: [], derivation }, base);
}

/**
 * Each call priced for vendor, two resellers and customer: a vendor deck and a retail deck of 200,000 prefixes each,
 * two tariffs derived from the retail one in a chain, the customer with rates of its own. Floor and goal: PERFORMANCE
 * budget.
 */
bench(
  "rating: 4 sides, 200k-prefix deck",
  { smoke: 1_000, full: 1_000_000, unit: "CDRs", floor: 300_000, goal: 600_000 },
  (n, meter) => {
    const deck = buildDeck(1, prefixesFor(n));
    const retail = compileTariff({ tariffId: "retail", number: 1, terms: DECK_TERMS, rates: deck, derivation: null });
    const reseller = derived("reseller", retail, "10");
    const customer = withOverrides(derived("customer", reseller, "20"), buildDeck(3, 20));
    const { currency } = DECK_TERMS;
    const sides: Side[] = [
      { kind: "cost", accountId: "vendor", tariff: deckTariff("vendor", 1, n), currency },
      { kind: "reseller", accountId: "above", tariff: retail, currency },
      { kind: "reseller", accountId: "below", tariff: reseller, currency },
      { kind: "customer", accountId: "customer", tariff: customer, currency },
    ];
    const calls = buildCalls(7, deck, Math.min(n, CALLS_MAX));
    let checksum = 0n;
    let rated = 0;
    meter.start();
    for (let i = 0; i < n; i++) {
      const call = calls[i % calls.length]!;
      for (const { outcome } of rateSides(call, sides, null)) {
        if (outcome.kind !== "rated") continue;
        checksum += outcome.amount;
        rated += 1;
      }
    }
    meter.stop();
    if (rated !== 4 * n) throw new Error(`every side of every call has a rate, but ${4 * n - rated} had none`);
    return { checksum, verified: { "sides rated": rated } };
  },
);

bench("rating: 1 side, 200k-prefix deck", { smoke: 1_000, full: 1_000_000, unit: "calls" }, (n, meter) => {
  const tariff = deckTariff("retail", 1, n);
  const calls = buildCalls(7, buildDeck(1, prefixesFor(n)), n);
  let checksum = 0n;
  meter.start();
  for (const call of calls) {
    const rating = rateCall(tariff, call);
    if (rating.kind === "rated") checksum += rating.charge.amount;
  }
  meter.stop();
  return checksum;
});

bench("tariff: prefix match, 200k prefixes", { smoke: 1_000, full: 1_000_000, unit: "look-ups" }, (n, meter) => {
  const tariff = deckTariff("retail", 1, n);
  const calls = buildCalls(7, buildDeck(1, prefixesFor(n)), n);
  let digits = 0;
  meter.start();
  for (const { called, answeredAt } of calls) digits += findRate(tariff, called, answeredAt)?.prefixLength ?? 0;
  meter.stop();
  return BigInt(digits);
});

/** From parsed rates to a table ready for look-ups; the swap itself is one assignment. */
bench("tariff: compile", { smoke: 2_000, full: PREFIXES, unit: "prefixes" }, (n, meter) => {
  const rates = buildDeck(1, n);
  meter.start();
  const table = buildTable(DECK_TERMS, rates);
  meter.stop();
  const bytes = table.cells.byteLength + table.nodeEntries.byteLength + table.runs.byteLength;
  const figures = [{ name: "arrays of the table", value: bytes / 2 ** 20, unit: "MiB", max: 20, goal: 5 }];
  return { checksum: BigInt(table.prefixCount), verified: { prefixes: table.prefixCount }, figures };
});

bench("rating: longest talk time, 200k-prefix deck", { smoke: 1_000, full: 200_000, unit: "answers" }, (n, meter) => {
  const tariff = deckTariff("retail", 1, n);
  const calls = buildCalls(7, buildDeck(1, prefixesFor(n)), n);
  let talkS = 0;
  meter.start();
  for (const { called, answeredAt } of calls) {
    const answer = longestTalk({ tariff, balance: nanos(1_000_000_000n) }, { called, answeredAt, capS: 86_400 });
    if (answer.kind === "talk-time") talkS += answer.talkS;
  }
  meter.stop();
  return BigInt(talkS);
});
