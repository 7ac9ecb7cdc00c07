import { counted } from "../core/counted.ts";
import type { Currency } from "../core/money/currency.ts";
import { type Nanos, nanos, nanosToSql } from "../core/money/nanos.ts";
import { epochMs, toInstant } from "../core/time/epoch.ts";
import type { ExampleCall, ExampleCharge } from "../server/rerating/preview-rerating.ts";
import type { ReportedSide, ReratingReport } from "../server/rerating/report.ts";
import type { RejectAt } from "./command.ts";
import { amountText, moneyText } from "./money-text.ts";
import type { Table } from "./table.ts";
import { timeText } from "./time-text.ts";

/** What re-rating comes to, as JSON carries it. */
export const reportJson = ({ looked, changed, moved, sides, kept }: ReratingReport): object => ({
  ...{ looked, changed, moved },
  totals: sides.map((side) => ({
    ...{ account: side.account, side: side.side, currency: side.currency, cause: side.cause },
    ...{ looked: side.looked, changed: side.changed, was: nanosToSql(side.was), shouldBe: nanosToSql(side.shouldBe) },
    difference: nanosToSql(differenceOf(side)),
  })),
  kept: kept.map(({ code, calls, examples }) => ({
    ...{ code, calls },
    examples: examples.map((call) => ({ ...call, answeredAt: toInstant(epochMs(call.answeredAt)).toString() })),
  })),
});

const differenceOf = ({ was, shouldBe }: Pick<ReportedSide, "was" | "shouldBe">): Nanos => nanos(shouldBe - was);

/** The same for people: who pays what else, and what it comes to. `tense`: of a preview, or of what was done. */
export function reportText(report: ReratingReport, tense: "would" | "was"): (string | Table)[] {
  const differing = report.sides.filter(({ changed }) => changed > 0);
  const { looked, changed, moved } = report;
  const verb = tense === "would" ? "would change" : "changed";
  const among = moved === 0 ? "" : `, ${moved} of them to another payer or vendor`;
  return [
    ...(differing.length === 0 ? [] : [totalsTable(differing)]),
    `${counted(looked, "call")} looked at, ${changed} ${verb}${among}${inTurnText(differing, verb)}.`,
    ...sumLines(differing),
    ...excludedLines(report),
  ];
}

/** Calls that are priced in their turns are counted by themselves: whole months of them, asked for or not. */
function inTurnText(differing: readonly ReportedSide[], verb: string): string {
  const charges = differing.reduce((sum, { cause, changed }) => (cause === "in-turn" ? sum + changed : sum), 0);
  return charges === 0 ? "" : `; ${counted(charges, "charge")} ${verb} in turn`;
}

function totalsTable(sides: readonly ReportedSide[]): Table {
  const right = ["LOOKED AT", "CHANGED", "WAS", "SHOULD BE", "DIFFERENCE"].map((title) => {
    return { title, align: "right" as const };
  });
  return {
    columns: [{ title: "ACCOUNT" }, { title: "SIDE" }, { title: "WHY" }, ...right, { title: "" }],
    rows: sides.map((side) => [
      ...[side.account, side.side, CAUSE_NAMES[side.cause]],
      ...[String(side.looked), String(side.changed), amountText(side.was, side.currency)],
      ...[amountText(side.shouldBe, side.currency), signedText(differenceOf(side), side.currency), side.currency],
    ]),
  };
}

const CAUSE_NAMES = { priced: "price", excluded: "no usage today", "in-turn": "in turn" } as const;

/** "+0.50", "-1.20": which way it goes is what a reader looks for. */
const signedText = (amount: Nanos, currency: Currency): string =>
  `${amount > 0n ? "+" : ""}${amountText(amount, currency)}`;

/** One line a side and currency. */
function sumLines(sides: readonly ReportedSide[]): string[] {
  const groups = Map.groupBy(sides, ({ side, currency }) => `${side} ${currency}`);
  return [...groups.values()].map((group) => {
    const [{ side, currency } = { side: "", currency: "EUR" as Currency }] = group;
    const difference = nanos(group.reduce((sum, one) => sum + differenceOf(one), 0n));
    return `${SIDE_NAMES[side] ?? side}: ${signedText(difference, currency)} ${currency}`;
  });
}

const SIDE_NAMES: Readonly<Record<string, string>> = {
  customer: "Customers pay",
  reseller: "Resellers pay",
  cost: "Vendors get",
};

/** Calls that today's settings leave out are no fault: a line, and what can be done about them. */
const excludedLines = ({ kept }: ReratingReport): string[] =>
  kept
    .filter(({ code }) => code === "call-excluded")
    .flatMap(({ calls, examples: [first] }) => [
      `${calls === 1 ? "1 call keeps" : `${calls} calls keep`} what was charged, though no usage today: ${first?.what ?? ""}`,
      `  --take-back-excluded takes ${calls === 1 ? "it" : "them"} back.`,
    ]);

/** Calls that have no price today keep what they have, and are listed. */
export function keptRejects({ kept }: ReratingReport): { readonly total: number; readonly listed: RejectAt[] } {
  const unpriced = kept.filter(({ code }) => code !== "call-excluded");
  return {
    total: unpriced.reduce((sum, { calls }) => sum + calls, 0),
    listed: unpriced.flatMap(({ code, examples }) =>
      examples.map(({ key, answeredAt, what, fix }) => {
        const at = `call ${key} of ${timeText(epochMs(answeredAt))}`;
        return { at, code: code as RejectAt["code"], what: `${what} It keeps what was charged.`, fix };
      }),
    ),
  };
}

/** The first calls that would change, each with the reasons of what it was and should be. */
export const exampleLines = (examples: readonly ExampleCall[]): string[] =>
  examples.length === 0
    ? []
    : [
        "",
        "For example:",
        ...examples.flatMap(({ key, answeredAt, called, talkedS, was, shouldBe }) => [
          `${timeText(answeredAt)} to ${called}, ${talkedS} s (${key})`,
          ...was.map((charge) => `  was       ${chargeText(charge)}`),
          ...(shouldBe.length === 0
            ? ["  should be nothing"]
            : shouldBe.map((charge) => `  should be ${chargeText(charge)}`)),
        ]),
      ];

/** "0.06 EUR bakery (customer): 95 s at 0.04 a minute, 49 Germany in tariff retail". */
function chargeText(charge: ExampleCharge): string {
  const { side, account, amount, currency, billedS, rate, connectFee, prefix, destination, tariff } = charge;
  const price = rate === null ? "at several rates or a bound" : `at ${rate} a minute`;
  const fee = connectFee === null ? "" : ` and ${connectFee} to connect`;
  const exchange =
    charge.exchangeRate === null ? "" : `, exchanged at ${charge.exchangeRate.slice(0, EXCHANGE_DIGITS)}`;
  return `${moneyText(amount, currency)} ${account} (${side}): ${billedS} s ${price}${fee}, ${prefix === "" ? "" : `${prefix} `}${destination} in tariff ${tariff}${exchange}`;
}

const EXCHANGE_DIGITS = 12;

/** The examples as JSON carries them. */
export const examplesJson = (examples: readonly ExampleCall[]): object[] =>
  examples.map(({ answeredAt, was, shouldBe, ...call }) => ({
    ...call,
    answeredAt: toInstant(answeredAt).toString(),
    was: was.map(chargeJson),
    shouldBe: shouldBe.map(chargeJson),
  }));

const chargeJson = ({ amount, ...charge }: ExampleCharge): object => ({ ...charge, amount: nanosToSql(amount) });
