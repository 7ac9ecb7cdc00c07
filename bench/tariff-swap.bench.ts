import { rateCall } from "../src/core/rating/rate-call.ts";
import { loadRatingContext, type RatingContext } from "../src/server/rating/rating-context.ts";
import { Operator } from "../test/support/operator.ts";
import { bench } from "./bench.ts";
import { withDatabase } from "./own-database.ts";
import { buildCalls, buildDeck, DECK_TERMS } from "./rating-deck.ts";
import { watchPauses } from "./watch-pauses.ts";

/**
 * Calls are priced one after the other, each in a turn of its own of the event loop, as authorisations come in;
 * meanwhile the process loads a version that was published elsewhere and swaps it. The longest time between two calls
 * is the pause that a caller may notice.
 */
bench(
  "tariff swap: calls are priced while a published tariff is loaded",
  { smoke: 2_000, full: 200_000, unit: "prefixes" },
  (n, meter) =>
    withDatabase(async (db) => {
      const operator = await Operator.create(db);
      const deck = buildDeck(42, n);
      const tariffId = await operator.tariff("carrier", deck, [], DECK_TERMS);
      const { tenantId } = operator;
      const load = (previous: RatingContext | null) =>
        db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, previous));
      let context = await load(null);
      const calls = buildCalls(7, deck, 10_000);
      const priced = { calls: 0, nanos: 0n };
      const price = () => {
        const loaded = context.tariffs.tariffs.get(tariffId);
        const call = calls[priced.calls % calls.length];
        if (loaded === undefined || call === undefined) throw new Error("the tariff is not loaded");
        const rating = rateCall(loaded.numbers, call);
        if (rating.kind === "rated") priced.nanos += rating.charge.amount;
        priced.calls += 1;
      };
      for (let i = 0; i < calls.length; i++) price(); // compiled and warm, as in a process that has run for a while
      const idle = watchPauses(price);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const without = idle.stop();
      const watch = watchPauses(price);
      meter.start();
      context = await load(null); // as if its version were another: everything is read and entered anew
      meter.stop();
      const pauses = watch.stop();
      const verified = { prefixes: context.tariffs.tariffs.get(tariffId)?.numbers.layers[0]?.table.prefixCount ?? 0 };
      if (verified.prefixes !== n) throw new Error(`${verified.prefixes} prefixes instead of ${n}`);
      return {
        checksum: checksumOf(context, tariffId, calls),
        verified,
        figures: [
          { name: "longest pause", value: pauses.longestMs, unit: "ms", max: 20, goal: 5 },
          { name: "of it at work", value: pauses.longestBusyMs, unit: "ms", goal: 5 },
          { name: "longest pause without a swap", value: without.longestMs, unit: "ms" },
        ],
      };
    }),
);

/** What all calls cost under the tariff that was swapped in. */
function checksumOf(context: RatingContext, tariffId: string, calls: ReturnType<typeof buildCalls>): bigint {
  const { numbers } = context.tariffs.tariffs.get(tariffId) ?? {};
  if (numbers === undefined) throw new Error("the tariff is not loaded");
  return calls.reduce((sum, call) => {
    const rating = rateCall(numbers, call);
    return rating.kind === "rated" ? sum + rating.charge.amount : sum;
  }, 0n);
}
