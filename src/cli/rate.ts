import { chargePartsToJson } from "../core/allowance/charge-part.ts";
import type { Currency } from "../core/money/currency.ts";
import { type Nanos, nanos, nanosToSql } from "../core/money/nanos.ts";
import { NOT_E164_MARK } from "../core/numbering/stored-number.ts";
import type { ExplainedCharge, ExplainedSlice, Explanation } from "../core/rating/charge.ts";
import type { SurchargeAmount } from "../core/rating/surcharge-amount.ts";
import { fromInstant, toInstant } from "../core/time/epoch.ts";
import {
  type ExplainedSide,
  explainPrice,
  type PriceAnswer,
  type PriceQuestion,
} from "../server/rating/explain-price.ts";
import { defineCommand } from "./command.ts";
import { argument, option, requiredOption } from "./input.ts";
import { exactText, moneyText } from "./money-text.ts";
import { readWhole } from "./read-input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import type { Table } from "./table.ts";
import { timeText } from "./time-text.ts";

const TALKED_S = 60;
const TALKED_S_MAX = 604_800;

/** `tollwright rate` */
export const rateCommand = defineCommand({
  name: "rate",
  summary: "explain what a call costs, on every side",
  about:
    "The same rating as of a call record: for the account and every reseller above it, or what a vendor is owed. " +
    "Amounts of parts are exact, as fractions where a decimal would not end; only the price and each surcharge are " +
    "rounded, once.",
  arguments: { number: argument("NUMBER", "the called number, such as +493090182 or 112") },
  options: {
    account: requiredOption("--account CODE", "whose call it is"),
    at: option("--at TIME", `when it was answered: ${TIME_FORM}; now if left out`),
    from: option("--from NUMBER", "the calling number, for tariffs that price by it; withheld if left out"),
    lrn: option("--lrn NUMBER", "where the called number is ported to; as the imported table has it if left out"),
    ingressTrunk: option("--ingress-trunk NAME", "the trunk it came in by, for surcharges that name one"),
    egressTrunk: option("--egress-trunk NAME", "the trunk it left by, for surcharges that name one"),
    seconds: option("--seconds N", `how long it took; ${TALKED_S} if left out`, readWhole(0, TALKED_S_MAX)),
  },
  examples: [
    { command: "tollwright rate +442079460000 --account bakery --seconds 75", does: "A call of 75 s, now." },
    {
      command: "tollwright rate 493090182 --account bakery --at 2026-03-01T21:59:30Z --seconds 95 --json",
      does: "A call that a customer asks about, for another program.",
    },
  ],
  async run(context, { number }, { account, at, from: calling, seconds: talkedS = TALKED_S, ...way }) {
    const { id: tenantId, timeZone } = await context.tenant();
    const answeredAt = at === undefined ? fromInstant(context.now) : readTime(at, timeZone, "tollwright rate");
    const { lrn: routingNumber, ingressTrunk, egressTrunk } = way;
    const question: PriceQuestion = {
      ...{ tenantId, called: number, accountCode: account, answeredAt, talkedS },
      ...(calling !== undefined && { calling }),
      ...(routingNumber !== undefined && { routingNumber }),
      ...(ingressTrunk !== undefined && { ingressTrunk }),
      ...(egressTrunk !== undefined && { egressTrunk }),
    };
    const answer = await explainPrice(await context.db(), question);
    return {
      json: {
        called: answer.called,
        answeredAt: toInstant(answeredAt).toString(),
        talkedS,
        sides: answer.sides.map((side) => sideJson(side, answer)),
      },
      human: [
        `A call of ${talkedS} s to ${calledText(answer)}, answered ${timeText(answeredAt)}`,
        ...answer.sides.flatMap((side) => ["", ...sideText(side, answer)]),
      ],
    };
  },
});

/** What is no E.164 number is rated as a short code: who meant a national number is told why it has no price. */
const calledText = ({ called }: PriceAnswer): string =>
  called.startsWith(NOT_E164_MARK)
    ? `${called.slice(NOT_E164_MARK.length)} (a short code: numbers have + and their country code before them)`
    : called;

function sideJson({ side, account, tariff, outcome }: ExplainedSide, { tariffNames }: PriceAnswer): object {
  if (outcome.kind !== "rated") return { side, account, tariff, ...outcome };
  const { charge, inAccount, inTurn } = outcome;
  const { currency, prefix, destination, billedS, coveredS, tariffVersion, explanation } = charge;
  const surcharges = charge.surcharges.map((one) => ({ ...one, amount: nanosToSql(one.amount) }));
  const slices = explanation.slices.map(({ tariffId, from, ...slice }) => {
    return { ...slice, from: toInstant(from).toString(), tariff: tariffNames.get(tariffId) };
  });
  return {
    ...{ side, account, tariff, kind: outcome.kind, amount: nanosToSql(charge.amount), currency, prefix, destination },
    ...{ billedS, coveredS, tariffVersion, surcharges },
    inAccount: inAccount && { amount: nanosToSql(inAccount.amount), currency: inAccount.currency },
    explanation: { ...explanation, slices },
    inTurn: inTurn && {
      ...{ amount: nanosToSql(inTurn.amount), currency: inTurn.currency },
      parts: chargePartsToJson(inTurn.parts),
    },
  };
}

function sideText({ side, account, tariff, outcome }: ExplainedSide, answer: PriceAnswer): (string | Table)[] {
  const who = `${side} ${account}`;
  switch (outcome.kind) {
    case "emergency":
      return [`${who}: free, because it is an emergency call, which nobody is charged for.`];
    case "no-tariff":
      return [`${who}: no price, because no tariff is assigned for that time.`];
    case "no-rate":
      return [`${who}: no price, because tariff "${tariff}" has no rate for this number at that time.`];
    case "blocked":
      return [`${who}: refused, because tariff "${tariff}" blocks ${outcome.destination} (${outcome.prefix}).`];
    case "rated":
      return [
        `${who}: ${moneyText(outcome.charge.amount, outcome.charge.currency)}`,
        ...chargeText(outcome.charge, tariff, answer),
        ...convertedText(outcome),
        ...inTurnText(outcome),
      ];
    default:
      return outcome satisfies never;
  }
}

function chargeText(charge: ExplainedCharge, tariff: string | null, answer: PriceAnswer): (string | Table)[] {
  const { explanation } = charge;
  const { connectFee, freeS, minimumS, increments, incrementBase } = explanation;
  const from = incrementBase === "total" ? "counted from the start of the call" : "counted from the end of the first";
  return [
    `  tariff "${tariff}", version ${charge.tariffVersion}; prefix "${charge.prefix}", ${charge.destination}`,
    `  ${explanation.talkedS} s talked, ${charge.billedS} s billed: steps ${increments}, ${from}` +
      `${freeS > 0 ? `; ${freeS} s free` : ""}${minimumS > 0 ? `; at least ${minimumS} s` : ""}`,
    ...originText(explanation),
    ...(explanation.slices.length === 0 ? [] : [slicesTable(explanation.slices, answer)]),
    ...(connectFee === "0" ? [] : [`  connect fee ${connectFee}`]),
    `  sum ${exactText(explanation.unrounded)}` +
      `${explanation.bound === null ? "" : `, set by the ${explanation.bound}`}` +
      `, rounded ${explanation.rounding}: ${moneyText(priceWithout(charge), charge.currency)}`,
    ...charge.surcharges.map((one) => `  surcharge ${surchargeText(one, charge.currency)}`),
  ];
}

/** What is left of a charge without its surcharges. */
const priceWithout = ({ amount, surcharges }: ExplainedCharge): Nanos =>
  nanos(surcharges.reduce((left, surcharge) => left - surcharge.amount, amount as bigint));

const surchargeText = ({ name, seconds, amount }: SurchargeAmount, currency: Currency): string =>
  `"${name}"${seconds === null ? "" : `, ${seconds} s`}: ${moneyText(amount, currency)}`;

/** Which zone's rate it is, of those that the caller is in. */
function originText({ zones, slices }: Explanation): string[] {
  if (zones.length === 0) return [];
  const origin = slices[0]?.origin ?? null;
  return [`  the call is in ${zones.join(", ")}: the rate for ${origin ?? "calls from anywhere"} holds`];
}

const slicesTable = (slices: readonly ExplainedSlice[], { tariffNames }: PriceAnswer): Table => ({
  columns: [
    { title: "  FROM" },
    { title: "SECONDS", align: "right" },
    { title: "STEP", align: "right" },
    ...["RATE", "WINDOW", "RATE OF"].map((title) => ({ title })),
    { title: "AMOUNT", align: "right" },
  ],
  rows: slices.map((slice) => [
    `  ${slice.fromS} s`,
    String(slice.billedS),
    String(slice.stepS),
    `${slice.ratePerUnit} a ${slice.unitS === 60 ? "minute" : `${slice.unitS} s`}`,
    slice.window ?? "",
    `${tariffNames.get(slice.tariffId) ?? slice.tariffId} ${slice.tariffVersion}`,
    exactText(slice.amount),
  ]),
});

/** What packages make of the price: nothing is said where they have no part in it. */
function inTurnText({ charge, inTurn }: Extract<ExplainedSide["outcome"], { kind: "rated" }>): string[] {
  if (inTurn === null || !inTurn.parts.some(({ kind }) => kind !== "surcharge")) return [];
  const parts = inTurn.parts.map((part) => {
    if (part.kind === "surcharge") return `surcharge ${surchargeText(part, charge.currency)}`;
    const seconds = part.seconds === null ? "" : `${part.seconds} s `;
    if (part.kind === "tier") return `${seconds}by ${part.name}, step ${part.step}: ${part.price}`;
    return part.paid === null
      ? `${seconds}by ${part.name}`
      : `${moneyText(part.paid, inTurn.currency)} by ${part.name}`;
  });
  return [`  with its packages, as the next call: ${moneyText(inTurn.amount, inTurn.currency)} (${parts.join("; ")})`];
}

function convertedText({ charge, inAccount }: Extract<ExplainedSide["outcome"], { kind: "rated" }>): string[] {
  if (inAccount === null) return ["  No exchange rate for the day brings it into the account's currency."];
  if (inAccount.currency === charge.currency) return [];
  return [`  at the exchange rate of the day: ${moneyText(inAccount.amount, inAccount.currency)}`];
}
