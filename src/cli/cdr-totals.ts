import { counted } from "../core/counted.ts";
import { toInstant } from "../core/time/epoch.ts";
import { COUNTED_BY } from "../server/completeness/counted-by.ts";
import { importTotals } from "../server/completeness/import-totals.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, inputRefused, option, requiredOption } from "./input.ts";
import { readText } from "./read-text.ts";

const importCommand = defineCommand({
  name: "import",
  summary: "take in what a switch says that it has counted",
  about:
    "CSV with a header, or JSON: `period` (a day or an hour in the source's zone) or `from` and `until`, `trunk` or " +
    "`egressTrunk`, and any of `calls`, `answered` and `talkedS`. What was said of the same period before is replaced. " +
    "`tollwright cdr completeness` compares.",
  arguments: { file: argument("FILE", 'the totals; "-" reads standard input') },
  options: {
    source: requiredOption("--source NAME", "the switch that counted"),
    countedBy: option(
      "--counted-by MOMENT",
      "what puts a call into a period: start (if left out), answer or end",
      (text) => {
        const by = COUNTED_BY.find((each) => each === text);
        if (by === undefined) throw inputRefused(`Write one of ${COUNTED_BY.join(", ")}.`);
        return by;
      },
    ),
  },
  examples: [
    { command: "tollwright cdr totals import day.csv --source sbc-1", does: "Calls and seconds of a day, by hour." },
    {
      command:
        "echo period,calls,talkedS > t.csv && echo 2026-03-02,18233,1940211 >> t.csv && tollwright cdr totals import t.csv --source sbc-1",
      does: "One day's figures from the switch's own screen.",
    },
  ],
  async run(context, { file }, { source, countedBy = "start" }) {
    const { id: tenantId } = await context.tenant();
    const text = await readText(file, context.stdin);
    const totals = await importTotals(await context.db(), {
      tenantId,
      source,
      text,
      countedBy,
      actor: commandLineActor(context, tenantId),
    });
    return {
      json: {
        totals: totals.map(({ from, until, ...rest }) => ({
          ...{ from: toInstant(from).toString(), until: toInstant(until).toString(), ...rest },
        })),
      },
      human: [`Took ${counted(totals.length, "total")} of ${source}. To compare: tollwright cdr completeness`],
    };
  },
});

/** `tollwright cdr totals …` */
export const cdrTotalsCommands: CommandGroup = {
  name: "totals",
  summary: "what switches say that they have counted",
  commands: [importCommand],
};
