import { counted } from "../core/counted.ts";
import type { Surcharge } from "../core/tariff/tariff.ts";
import { fromInstant, toInstant } from "../core/time/epoch.ts";
import { surchargeLine } from "../decks/surcharge-line.ts";
import { type ListedRate, listRates } from "../server/tariff/list-rates.ts";
import { defineCommand } from "./command.ts";
import { inputRefused, option, requiredOption } from "./input.ts";
import { limit } from "./rates-options.ts";
import { incrementsText, prefixText, priceText, rateJson } from "./rates-preview.ts";
import { readWhole } from "./read-input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import type { Table } from "./table.ts";
import { dayOrTimeText } from "./time-text.ts";

const LIST_LIMIT = 50;

/** Which rates, for `rates list` and `rates export`. */
export const rateOptions = {
  tariff: requiredOption("--tariff NAME", "the tariff's name"),
  at: option("--at TIME", `rates that hold then or begin later: ${TIME_FORM}; now if left out`),
  tariffVersion: option(
    "--tariff-version N",
    "a published version; the newest if left out",
    readWhole(1, 1_000_000_000),
  ),
};

/** `tollwright rates list` */
export const ratesListCommand = defineCommand({
  name: "list",
  summary: "list the rates of a tariff",
  about:
    "Those that hold now and those scheduled for later, and the surcharges on top of them. A derived tariff is listed at the prices it asks; RATE OF names the " +
    "tariff that holds the rate: itself for an override, else a base.",
  options: {
    ...rateOptions,
    prefix: option("--prefix DIGITS", "codes that begin with these digits", readPrefix),
    limit,
  },
  examples: [
    { command: "tollwright rates list --tariff acme --prefix 4930", does: "Shows Berlin." },
    {
      command: "tollwright rates list --tariff acme --tariff-version 3 --at 2026-03-01",
      does: "As version 3 had them.",
    },
  ],
  async run(context, _, { tariff, at, tariffVersion, prefix = "", limit: shown = LIST_LIMIT }) {
    const { id: tenantId, timeZone } = await context.tenant();
    const time = at === undefined ? fromInstant(context.now) : readTime(at, timeZone, "tollwright rates list");
    const question = { tenantId, tariffName: tariff, version: tariffVersion ?? null, at: time, prefix };
    const found = await listRates(await context.db(), question);
    const { currency } = found.terms;
    const listed = found.rates.slice(0, shown);
    const unlisted = found.rates.length - listed.length;
    return {
      json: {
        ...{ tariff, version: found.version, currency, total: found.rates.length, rates: listed.map(listedJson) },
        surcharges: found.surcharges.map(surchargeJson),
      },
      human: [
        `${counted(found.rates.length, "rate")} of tariff "${tariff}", version ${found.version}, in ${currency} a minute.`,
        ...(listed.length === 0 ? [] : [ratesTable(listed, found.isDerived)]),
        ...(unlisted === 0 ? [] : [`… and ${unlisted} more: narrow them with --prefix, or raise --limit.`]),
        ...found.surcharges.map((one) => surchargeLine(one, currency)),
      ],
    };
  },
});

const listedJson = (rate: ListedRate): object => ({ ...rateJson(rate), rateOf: rate.rateOf });

function ratesTable(rates: readonly ListedRate[], isDerived: boolean): Table {
  const hasOrigins = rates.some(({ origin = null }) => origin !== null);
  return {
    columns: [
      ...[{ title: "PREFIX" }, { title: "DESTINATION" }, { title: "RATE", align: "right" as const }],
      ...["STEPS", "FROM", "TO", "WINDOW", ...(hasOrigins ? ["ORIGIN"] : []), ...(isDerived ? ["RATE OF"] : [])].map(
        (title) => ({ title }),
      ),
    ],
    rows: rates.map((rate) => [
      ...[prefixText(rate.prefix), rate.destination, priceText(rate), incrementsText(rate)],
      dayOrTimeText(rate.effectiveFrom),
      rate.effectiveTo === null ? "" : dayOrTimeText(rate.effectiveTo),
      ...[rate.window ?? "", ...(hasOrigins ? [rate.origin ?? ""] : []), ...(isDerived ? [rate.rateOf] : [])],
    ]),
  };
}

/** Those without an end in time, or without a beginning, say nothing of it. */
const surchargeJson = ({ effectiveFrom, effectiveTo, increments, ...one }: Surcharge): object => ({
  ...one,
  increments: increments === null ? null : incrementsText({ increments }),
  effectiveFrom: effectiveFrom > 0 ? toInstant(effectiveFrom).toString() : null,
  effectiveTo: effectiveTo === null ? null : toInstant(effectiveTo).toString(),
});

function readPrefix(text: string): string {
  if (!/^(=\d{0,15}|\d{1,15})$/.test(text))
    throw inputRefused('Give digits such as "4930", or "=112" for a short code.');
  return text;
}
