import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, relative, resolve } from "node:path";
import { findInvoices } from "../server/invoicing/find-invoices.ts";
import { findTenant } from "../server/tenancy/find-tenant.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { demoStepFailed } from "./failure.ts";

const SAMPLES = resolve(import.meta.dirname, "../../samples");
const TOLLWRIGHT = resolve(import.meta.dirname, "../../bin/tollwright");
const TENANT = "Harbour Telecom";
const MONTH = "2026-03";

/** One command of the demo. `rejects`: that some rows are set aside is what it shows, and no failure. */
interface Step {
  readonly title: string;
  readonly words: readonly string[];
  readonly rejects?: boolean;
}

const sample = (path: string) => join(SAMPLES, path);

/** From an empty database to invoices, by the commands that anybody would type. */
const STEPS: readonly Step[] = [
  {
    title: "An operator, its customers, a reseller, a vendor and two switches",
    words: ["apply", sample("demo/setup.json")],
  },
  {
    title: "What customers pay: the operator's own price list",
    words: [
      "rates",
      "import",
      sample("decks/retail.tsv"),
      "--tariff",
      "retail",
      "--create",
      "--currency",
      "EUR",
    ].concat(["--mode", "full", "--effective", "2026-01-01", "--publish"]),
  },
  {
    title: "What calls cost: a carrier's A–Z deck",
    words: [
      "rates",
      "import",
      sample("decks/aurora-az-full.csv"),
      "--tariff",
      "aurora",
      "--create",
      "--currency",
      "USD",
    ].concat(["--mode", "full", "--publish"]),
  },
  {
    title: "The carrier sends changes",
    words: [
      "rates",
      "import",
      sample("decks/aurora-amendment.csv"),
      "--tariff",
      "aurora",
      "--mode",
      "amendment",
    ].concat(["--publish", "--accept-findings"]),
    rejects: true,
  },
  {
    title: "Who buys at which tariff; the reseller 20 % below the price list",
    words: ["apply", sample("demo/prices.json")],
  },
  {
    title: "A prepaid customer pays in",
    words: ["account", "topup", "call-shop", "20.00", "--reference", "DEMO-1"],
  },
  {
    title: "A month of the PBX's call records; one is of an account nobody knows",
    words: ["cdr", "import", "--source", "pbx", sample("demo/freeswitch-2026-03.csv")],
    rejects: true,
  },
  {
    title: "The proxy's accounting log, in which a call is two rows, over two files",
    words: ["cdr", "import", "--source", "proxy", sample("demo/kamailio-acc-1.csv"), sample("demo/kamailio-acc-2.csv")],
  },
  { title: "Calls that never ended: listed, never billed", words: ["cdr", "open"] },
  { title: "What waits for a person, and why", words: ["cdr", "quarantine", "list"] },
  {
    title: "Why does a call of 61 seconds cost that?",
    words: ["rate", "+442079460018", "--account", "quay-coffee", "--at", "2026-03-10T10:00:00Z", "--seconds", "61"],
  },
  { title: "The month's invoices", words: ["bill", "run", MONTH] },
  { title: "Do all the books agree?", words: ["doctor"] },
];

/** `tollwright demo` */
export const demoCommand = defineCommand({
  name: "demo",
  summary: "show everything on sample files, from an empty database to invoices",
  about:
    "Runs ordinary commands one after the other and shows each; all of them can be typed again. It works on a tenant of " +
    "its own and may be run any number of times: what was stored is found again, and nothing is billed twice.",
  arguments: {},
  options: {},
  examples: [{ command: "tollwright demo", does: "Fills the built-in database and writes the invoices as PDF." }],
  async run(context) {
    const db = await context.db(); // kept open, so that the commands share one server
    for (const step of STEPS) await runStep(context, step);
    const { id: tenantId } = await findTenant(db, TENANT);
    const invoices = await findInvoices(db, { tenantId, limit: 100 });
    const folder = join(context.config.dataDir, "demo");
    const numbers = invoices.map(({ number }) => number);
    await runStep(context, { title: "On paper", words: ["invoice", "export", ...numbers, "--out", folder] });
    const files = numbers.map((number) => join(folder, `${number}.pdf`));
    return {
      json: { tenant: TENANT, month: MONTH, invoices: numbers, files },
      human: [
        "",
        `Done. ${numbers.length} invoices are in ${relative(process.cwd(), folder) || "."}:`,
        ...files.map((file) => `  ${relative(process.cwd(), file)}`),
        "",
        `Look around with --tenant "${TENANT}": tollwright account list, cdr files, rates list, invoice show.`,
      ],
    };
  },
});

async function runStep(context: CommandContext, { title, words, rejects = false }: Step): Promise<void> {
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
