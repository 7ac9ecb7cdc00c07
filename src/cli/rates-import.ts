import { isBlocking } from "../server/tariff/compare-deck.ts";
import { type DeckImport, importDeck } from "../server/tariff/import-deck.ts";
import { defineCommand, type Outcome } from "./command.ts";
import { argument, dryRun, flag } from "./input.ts";
import { deckOptions, LIMIT, readArrival } from "./rates-options.ts";
import { comparisonJson, comparisonText, faultsOf, readingText } from "./rates-preview.ts";
import { rerateHint } from "./rerate-hint.ts";

const file = argument("FILE", 'a CSV, TSV, XLSX or XLS file; "-" reads standard input');

/** `tollwright rates import` */
export const ratesImportCommand = defineCommand({
  name: "import",
  summary: "read a carrier's rate deck, compare it with its tariff and keep it as a draft, or publish it",
  about:
    "What the file looks like is found out; pin in a template what was found wrongly. Rejected rows and findings that " +
    "block are listed, and the exit status is 1. A deck that changes nothing leaves nothing behind.",
  arguments: { file },
  options: {
    ...deckOptions,
    publish: flag("--publish", "publish it at once, unless a finding blocks it"),
    acceptFindings: flag("--accept-findings", "publish it even so"),
    dryRun,
  },
  examples: [
    {
      command: "tollwright rates import acme.csv --tariff acme --create --currency USD --mode full",
      does: "Reads a carrier's first deck into a new tariff, as a draft.",
    },
    {
      command: "tollwright rates import acme-0309.xlsx --tariff acme --mode amendment --notice increase=7 --publish",
      does: "Publishes a list of changes, unless an increase comes with less than 7 days of notice.",
    },
  ],
  async run(context, { file: path }, { publish, acceptFindings, dryRun: dry, ...options }) {
    const arrival = await readArrival(context, path, options, "tollwright rates import");
    const imported = await importDeck(await context.db(), { ...arrival, publish, acceptFindings, dryRun: dry });
    const about = { fileName: arrival.file.name, tariff: arrival.tariffName, dryRun: dry };
    const outcome = outcomeOf(about, imported, options.limit);
    if (dry || imported.outcome.kind !== "published") return outcome;
    return { ...outcome, human: [...outcome.human, ...(await rerateHint(context, arrival.tenant.id))] };
  },
});

/** `tollwright rates check` */
export const ratesCheckCommand = defineCommand({
  name: "check",
  summary: "say what importing a rate deck would do, and change nothing",
  about: "The same as `rates import --dry-run`, with more of everything.",
  arguments: { file },
  options: deckOptions,
  examples: [
    { command: "tollwright rates check acme.csv --tariff acme --mode full", does: "Shows changes and findings." },
    {
      command: "tollwright rates check retail.csv --tariff retail --mode full --cost-tariff acme --margin-min 10",
      does: "Looks for prices with less than 10 % over what acme asks.",
    },
  ],
  async run(context, { file: path }, options) {
    const arrival = await readArrival(context, path, options, "tollwright rates check");
    const rehearsal = { publish: false, acceptFindings: false, dryRun: true };
    const imported = await importDeck(await context.db(), { ...arrival, ...rehearsal });
    const about = { fileName: arrival.file.name, tariff: arrival.tariffName, dryRun: true };
    return outcomeOf(about, imported, options.limit ?? CHECK_LIMIT);
  },
});

const CHECK_LIMIT = 20;

interface About {
  readonly fileName: string;
  readonly tariff: string;
  readonly dryRun: boolean;
}

function outcomeOf(about: About, imported: DeckImport, limit = LIMIT): Outcome {
  const { outcome, currency, reading, comparison } = imported;
  const { counts, detected, warnings } = reading;
  return {
    json: {
      ...{ file: about.fileName, tariff: about.tariff, currency, outcome, dryRun: about.dryRun },
      reading: { counts, detected, warnings },
      comparison: comparisonJson(comparison, limit),
    },
    human: [
      ...readingText(about.fileName, reading),
      ...comparisonText(comparison, limit),
      "",
      outcomeText(about, imported),
    ],
    ...faultsOf(reading.rejected, comparison),
  };
}

function outcomeText({ tariff }: About, { outcome, comparison }: DeckImport): string {
  const blocked = comparison.findings.some(isBlocking);
  const overrule = blocked ? " Findings block it: correct the deck, or add --accept-findings." : "";
  const publish = (id: string) => `\`tollwright rates publish ${id}\``;
  switch (outcome.kind) {
    case "unchanged":
      return `No changes: tariff "${tariff}" is as the deck says. Nothing was stored.`;
    case "rehearsed":
      return "Nothing was stored: this was a dry run.";
    case "draft":
      return `Draft ${outcome.deckId} stored. Publish it with ${publish(outcome.deckId)}.${overrule}`;
    case "known-draft":
      return `No changes: the same file is draft ${outcome.deckId} already. Publish it with ${publish(outcome.deckId)}.${overrule}`;
    case "held":
      return (
        `Not published, because findings block it: kept as draft ${outcome.deckId}. ` +
        `Overrule them with ${publish(`${outcome.deckId} --accept-findings`)}.`
      );
    case "published":
      return `Published as version ${outcome.version} of tariff "${tariff}" (deck ${outcome.deckId}).`;
    default:
      return outcome satisfies never;
  }
}
