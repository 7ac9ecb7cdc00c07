import { formatDecimal } from "../money/decimal.ts";
import { formatFraction } from "../money/fraction.ts";
import { type CompiledTariff, originOf, windowOf } from "../tariff/compiled-tariff.ts";
import { epochMs } from "../time/epoch.ts";
import type { ExplainedRating, ExplainedSlice, Explanation } from "./charge.ts";
import { type CallToRate, type Opening, openCall, secondsToCover } from "./opening.ts";
import { chargeOfReading, NO_READING, takeReading } from "./rate-call.ts";
import { type ExactSettlement, inMainUnits, settle } from "./settle.ts";
import { type BilledRun, takeSteps } from "./timeline.ts";

/** {@link rateCall} with every reason: the same amount, always, and what led to it. Slower; for one call at a time. */
export function explainCall(tariff: CompiledTariff, call: CallToRate): ExplainedRating {
  const opening = openCall(tariff, call.called, call.answeredAt, call.origin);
  if (opening.kind !== "open") return opening;
  const { talkedS, allowance } = call;
  const reading = takeReading(opening, tariff, NO_READING, { talkedS, leftS: allowance?.leftS ?? 0 });
  const settlement = settle(opening, reading, reading.sum, allowance);
  const slices = explainSlices(opening, call);
  const explanation = { ...explainTerms(opening, settlement), talkedS, slices };
  return { kind: "rated", charge: { ...chargeOfReading(opening, reading, settlement), explanation } };
}

function explainTerms(opening: Opening, settlement: ExactSettlement): Omit<Explanation, "slices" | "talkedS"> {
  const { terms } = opening.price;
  const { incrementBase, rounding, decimals } = opening.tariff.terms;
  return {
    zones: opening.zones,
    freeS: terms.freeS,
    minimumS: terms.minimumS,
    increments: `${terms.increments.firstS}/${terms.increments.nextS}`,
    incrementBase,
    connectFee: settlement.paysConnectFee ? formatDecimal(terms.connectFee) : "0",
    unrounded: formatFraction(settlement.sum),
    rounding: `${rounding} to ${decimals} decimals`,
    bound: settlement.bound,
  };
}

function explainSlices(opening: Opening, { talkedS, allowance }: CallToRate): ExplainedSlice[] {
  const runs: BilledRun[] = [];
  const span = { fromS: 0, coverS: secondsToCover(opening.price.terms, talkedS) };
  takeSteps(opening, opening.tariff, span, (run) => {
    const last = runs.at(-1);
    const continues = last !== undefined && last.slot === run.slot && last.row === run.row && last.layer === run.layer;
    if (continues) runs[runs.length - 1] = { ...last, untilS: run.untilS };
    else runs.push(run);
  });
  return runs.map((run) => explainSlice(opening, run, allowance?.leftS ?? 0));
}

function explainSlice(opening: Opening, run: BilledRun, leftS: number): ExplainedSlice {
  const { fromS, untilS, price, slot, layer, row } = run;
  const callS = opening.price.terms.freeS + fromS;
  const billedS = untilS - fromS;
  const coveredS = Math.max(0, Math.min(untilS, leftS) - fromS);
  return {
    from: epochMs(opening.answeredAt + (opening.tariff.terms.service === undefined ? callS * 1_000 : 0)),
    fromS: callS,
    billedS,
    coveredS,
    tariffId: layer.tariffId,
    tariffVersion: layer.version,
    window: windowOf(layer, row),
    origin: originOf(layer, row),
    ratePerUnit: formatDecimal(slot.ratePerUnit),
    unitS: slot.unitS,
    stepS: slot.stepS,
    amount: formatFraction(inMainUnits(price, slot.perSecond * BigInt(billedS - coveredS))),
  };
}
