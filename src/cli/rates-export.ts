import { counted } from "../core/counted.ts";
import { fromInstant } from "../core/time/epoch.ts";
import { exportRates } from "../server/tariff/export-rates.ts";
import { defineCommand } from "./command.ts";
import { argument, inputRefused } from "./input.ts";
import { rateOptions } from "./rates-list.ts";
import { readTime } from "./read-time.ts";

/** `tollwright rates export` */
export const ratesExportCommand = defineCommand({
  name: "export",
  summary: "write the rates of a tariff as a rate deck",
  about:
    "Those that hold now and those scheduled for later; of a derived tariff at the prices it asks, as a list for whoever " +
    "buys at it. Importing the file as a full deck into a plain tariff gives the same prices, but for surcharges, which " +
    "stand below the rates as text. Rates of short codes and of time windows are left out: a deck has no place for them. A " +
    "file that is there is replaced.",
  arguments: { file: argument("FILE", "a name that ends in .csv or .xlsx", readFileName) },
  options: rateOptions,
  examples: [
    { command: "tollwright rates export --tariff retail retail.csv", does: "Writes what holds, and what will." },
    {
      command: "tollwright rates export --tariff retail --tariff-version 3 retail-3.xlsx",
      does: "As version 3 has them.",
    },
  ],
  async run(context, { file }, { tariff, at, tariffVersion }) {
    const { id: tenantId, timeZone } = await context.tenant();
    const time = at === undefined ? fromInstant(context.now) : readTime(at, timeZone, "tollwright rates export");
    const question = { tenantId, tariffName: tariff, version: tariffVersion ?? null, at: time };
    const report = await exportRates(await context.db(), question, file);
    const { version, exported, leftOut, cutShort, surcharges } = report;
    return {
      json: { tariff, version, file, exported, leftOut, cutShort, surcharges },
      human: [
        `${counted(exported, "rate")} of tariff "${tariff}", version ${version}, written to ${file}.`,
        ...(leftOut === 0 ? [] : [`${counted(leftOut, "rate")} of short codes or time windows left out.`]),
        ...(cutShort === 0 ? [] : [`${counted(cutShort, "rate")} written without ${CUT_SHORT}.`]),
        ...(surcharges === 0
          ? []
          : [`${counted(surcharges, "surcharge")} below the rates as text, which no import reads.`]),
      ],
    };
  },
});

const CUT_SHORT = "further slots, free seconds, minimum seconds or bounds of the cost: a deck has no columns for them";

function readFileName(text: string): string {
  if (!/\.(csv|xlsx)$/i.test(text)) throw inputRefused("Give a file name that ends in .csv or .xlsx.");
  return text;
}
