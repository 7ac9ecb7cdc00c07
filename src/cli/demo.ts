import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, relative, resolve } from "node:path";
import { counted } from "../core/counted.ts";
import type { Database } from "../server/db/database.ts";
import { findInvoices } from "../server/invoicing/find-invoices.ts";
import { findTariffs } from "../server/tariff/find-tariffs.ts";
import { findTenant } from "../server/tenancy/find-tenant.ts";
import { shownUrl } from "../shown-url.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { demoDatabaseNamed, demoStepFailed } from "./failure.ts";
import { flag } from "./input.ts";

const SAMPLES = resolve(import.meta.dirname, "../../samples");
const TOLLWRIGHT = resolve(import.meta.dirname, "../../bin/tollwright");
const TENANT = "Harbour Telecom";
const MONTH = "2026-03";

/** One command of the demo. `rejects`: that some rows are set aside is what it shows, and no failure. */
interface Step {
  readonly title: string;
  readonly line: string;
  readonly rejects?: boolean;
  /** The version that it publishes. Once a newer one is there the same deck would be a change back: it is left out. */
  readonly publishes?: { readonly tariff: string; readonly version: number };
}

/** The words of a line as it would be typed; "@" is the folder of samples. */
const typed = (line: string): readonly string[] =>
  line.split(" ").map((word) => (word.startsWith("@") ? join(SAMPLES, word.slice(1)) : word));

/** From an empty database to invoices, by the commands that anybody would type. */
const STEPS: readonly Step[] = [
  {
    title: "An operator, its customers, a reseller, a vendor and two switches",
    line: "apply @demo/setup.json",
  },
  {
    title: "What customers pay: the operator's own price list",
    line:
      "rates import @decks/retail.tsv --tariff retail --create --currency EUR --mode full --publish " +
      "--effective 2026-01-01",
    publishes: { tariff: "retail", version: 1 },
  },
  {
    title: "What calls cost: a carrier's A–Z deck",
    line: "rates import @decks/aurora-az-full.csv --tariff aurora --create --currency USD --mode full --publish",
    publishes: { tariff: "aurora", version: 1 },
  },
  {
    title: "The carrier sends changes",
    line: "rates import @decks/aurora-amendment.csv --tariff aurora --mode amendment --publish --accept-findings",
    rejects: true,
    publishes: { tariff: "aurora", version: 2 },
  },
  {
    title: "Who buys at which tariff; the reseller 20 % below the price list",
    line: "apply @demo/prices.json",
  },
  { title: "A prepaid customer pays in", line: "account topup call-shop 20.00 --reference DEMO-1" },
  {
    title: "A month of the PBX's call records; one is of an account nobody knows",
    line: "cdr import --source pbx @demo/freeswitch-2026-03.csv",
    rejects: true,
  },
  {
    title: "The proxy's accounting log, in which a call is two rows, over two files",
    line: "cdr import --source proxy @demo/kamailio-acc-1.csv @demo/kamailio-acc-2.csv",
  },
  { title: "Calls that never ended: listed, never billed", line: "cdr open" },
  { title: "What waits for a person, and why", line: "cdr quarantine list" },
  {
    title: "Why does a call of 61 seconds cost that?",
    line: "rate +442079460018 --account quay-coffee --at 2026-03-10T10:00:00Z --seconds 61",
  },
  { title: "The month's invoices", line: `bill run ${MONTH}` },
  { title: "Do all the books agree?", line: "doctor" },
];

/** `tollwright demo` */
export const demoCommand = defineCommand({
  name: "demo",
  summary: "show everything on sample files, from an empty database to invoices",
  about:
    "Runs ordinary commands one after the other and shows each; all of them can be typed again. It works on a tenant " +
    "of its own and may be run any number of times: what was stored is found again, and nothing is billed twice.",
  options: {
    intoDatabase: flag("--into-database", "add its tenant to the database that DATABASE_URL names, for good"),
  },
  examples: [{ command: "tollwright demo", does: "Shows it all; the invoices are in `demo` in the data directory." }],
  async run(context, _args, { intoDatabase }) {
    const { databaseUrl } = context.config;
    if (databaseUrl !== null && !intoDatabase)
      throw demoDatabaseNamed({ shownUrl: shownUrl(databaseUrl), tenant: TENANT });
    const db = await context.db(); // kept open, so that the commands share one server
    for (const { title, line, rejects = false, publishes } of STEPS) {
      if (publishes && (await isPublished(db, publishes))) continue;
      await runStep(context, { title, words: typed(line), rejects });
    }
    const { id: tenantId } = await findTenant(db, TENANT);
    const invoices = await findInvoices(db, { tenantId, limit: 100 });
    const folder = join(context.config.dataDir, "demo");
    const numbers = invoices.map(({ number }) => number);
    const words = ["invoice", "export", ...numbers, "--out", folder];
    await runStep(context, { title: "On paper", words, rejects: false });
    const files = numbers.map((number) => join(folder, `${number}.pdf`));
    return {
      json: { tenant: TENANT, month: MONTH, invoices: numbers, files },
      human: [
        "",
        `Done. ${counted(numbers.length, "invoice")} in ${relative(process.cwd(), folder) || "."}:`,
        ...files.map((file) => `  ${relative(process.cwd(), file)}`),
        "",
        `Look around with --tenant "${TENANT}": tollwright account list, cdr files, rates list, invoice show.`,
      ],
    };
  },
});

async function isPublished(db: Database, { tariff, version }: NonNullable<Step["publishes"]>): Promise<boolean> {
  const { id: tenantId } = await findTenant(db, TENANT);
  return (await findTariffs(db, tenantId)).some((present) => present.name === tariff && present.version >= version);
}

async function runStep(
  context: CommandContext,
  { title, words, rejects }: { readonly title: string; readonly words: readonly string[]; readonly rejects: boolean },
): Promise<void> {
  const shown = words.map((word) => (word.startsWith(SAMPLES) ? relative(process.cwd(), word) : word));
  context.note(`\n# ${title}\n$ tollwright ${shown.map(quoted).join(" ")}`);
  // What a step prints is for the person who watches: standard output is left to the demo's own result.
  const child = spawn(TOLLWRIGHT, words[0] === "apply" ? words : [...words, "--tenant", TENANT], {
    stdio: ["ignore", 2, 2],
    signal: context.signal,
  });
  const [status] = (await once(child, "exit")) as [number | null];
  if (status !== 0 && !(rejects && status === 1)) throw demoStepFailed({ command: shown.join(" "), status });
}

const quoted = (word: string): string => (/^[\w./:+=-]+$/.test(word) ? word : `"${word}"`);
