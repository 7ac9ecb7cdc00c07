import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { type E164, parseE164 } from "../../src/core/numbering/number.ts";
import { meterSlice } from "../../src/core/rating/meter.ts";
import { type Opening, openCall } from "../../src/core/rating/opening.ts";
import { quoteCall } from "../../src/core/rating/quote.ts";
import { compileTariff } from "../../src/core/tariff/compiled-tariff.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { type EpochMs, epochMs } from "../../src/core/time/epoch.ts";
import { explainPrice } from "../../src/server/rating/explain-price.ts";
import { anyTariffVersion } from "../support/any-rating.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { FREESWITCH_MAPPING, freeswitchRow } from "../support/switch-files.ts";

const SEED = Number(process.env.TOLLWRIGHT_LAW_SEED ?? 42);
const RUNS = Number(process.env.TOLLWRIGHT_LAW_RUNS ?? 8);
/** Round the moments at which the generated rates and windows change. */
const MOMENTS = ["2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-01-01T00:00Z", "2026-06-10T12:00Z"];

let db: TestDatabase;

beforeAll(async () => {
  process.stderr.write(`One price: seed ${SEED} (TOLLWRIGHT_LAW_SEED), ${RUNS} runs (TOLLWRIGHT_LAW_RUNS)\n`);
  db = await testDatabase();
});
afterAll(() => db?.drop());

interface Call {
  readonly called: E164;
  readonly answeredAt: EpochMs;
  readonly talkedS: number;
  readonly slicesS: readonly number[];
}

const anyCall: fc.Arbitrary<Call> = fc
  .record({
    called: fc.constantFrom("447712345678", "447912345678", "441132345678", "12025550100", "9144123456"),
    moment: fc.constantFrom(...MOMENTS),
    offsetS: fc.integer({ min: -2_400, max: 2_400 }),
    talkedS: fc.oneof(fc.integer({ min: 1, max: 900 }), fc.constantFrom(1, 59, 60, 61, 3_600)),
    slicesS: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 }),
  })
  .map(({ called, moment, offsetS, ...call }) => ({
    called: parseE164(called) as E164,
    answeredAt: epochMs(Temporal.Instant.from(moment).epochMilliseconds + offsetS * 1_000),
    ...call,
  }));

/** What a session would have charged when the call ended, report by report. */
function meteredInSlices(opening: Opening, { talkedS: wholeS, slicesS }: Call) {
  let metering = meterSlice(opening, null, { talkedS: 0 });
  for (const sliceS of [...slicesS, wholeS]) {
    const talkedS = Math.min(wholeS, metering.reading.talkedS + sliceS);
    metering = meterSlice(opening, metering.reading, { talkedS });
  }
  return metering.charge.amount;
}

/** What a deck may hold: a prefix, window and start have one rate, which ends after it starts. */
const publishable = (rates: readonly Rate[]): readonly Rate[] => [
  ...new Map(
    rates
      .filter(({ effectiveFrom, effectiveTo }) => effectiveTo === null || effectiveTo > effectiveFrom)
      .map((rate) => [`${rate.prefix}|${rate.window}|${rate.effectiveFrom}`, rate]),
  ).values(),
];

test("what is quoted, what a session takes and what the CDR is charged is one amount", {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(anyTariffVersion, fc.array(anyCall, { minLength: 1, maxLength: 30 }), async (version, calls) => {
      const rates = publishable(version.rates);
      const tariff = compileTariff({ ...version, rates });
      const operator = await Operator.create(db);
      const { terms } = version;
      const account = await operator.account("acct", { currency: terms.currency });
      await operator.tariff("any", rates, [account], terms);
      const source = await operator.source("s", "freeswitch-csv", { mapping: FREESWITCH_MAPPING });
      await operator.rule(account, { sourceId: source.id });
      const rows = calls.map(({ called, answeredAt, talkedS }, index) =>
        freeswitchRow({
          key: `k${index}`,
          calling: "442079460018",
          called,
          startedAt: answeredAt - 3_000,
          ringS: 3,
          talkedS,
          account: "",
          gateway: "",
        }),
      );
      const { tenantId } = operator;
      await operator.importText(source, "calls.csv", rows.join(""), epochMs(Date.UTC(2026, 10, 20)));
      const stored = await db.transaction("app", { tenantId }, (tx) =>
        tx.query<{ call_key: string; amount: string }>(
          "select u.call_key, c.amount from charges c join usage_events u on u.id = c.usage_id",
        ),
      );
      const storedByKey = new Map(stored.rows.map((row) => [row.call_key, nanosFromSql(row.amount)]));
      for (const [index, call] of calls.entries()) {
        const { called, answeredAt, talkedS } = call;
        const charged = storedByKey.get(`k${index}`);
        const quote = quoteCall(tariff, { called, answeredAt, lengthsS: [talkedS] });
        const opening = openCall(tariff, called, answeredAt);
        const quoted = quote.kind === "quoted" ? quote.charges[0]?.amount : undefined;
        expect(charged).toBe(quoted);
        expect(opening.kind === "open" ? meteredInSlices(opening, call) : undefined).toBe(quoted);
      }
      const [first] = calls;
      if (first === undefined) return;
      const question = { tenantId, accountCode: "acct", ...first, called: `+${first.called}` };
      const [side] = (await explainPrice(db, question)).sides;
      expect(side?.outcome.kind === "rated" ? side.outcome.charge.amount : undefined).toBe(storedByKey.get("k0"));
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
