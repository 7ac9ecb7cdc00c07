import { globSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Bench, benches } from "./bench.ts";
import { keepsFloors, type Measurement, measure } from "./measure.ts";
import { pageWith, textOf } from "./report.ts";

const PAGE = resolve(import.meta.dirname, "../docs/reference/benchmarks.md");

const USAGE = `npm run bench [-- [NAME] [--smoke] [--json] [--write]]
  NAME     only benchmarks whose name contains it
  --smoke  the small size that the tests use; floors do not count
  --json   one JSON array on standard output
  --write  update the table in docs/reference/benchmarks.md
`;

/** Imports every bench/*.bench.ts and answers what they register. */
export async function loadBenches(): Promise<readonly Bench[]> {
  const files = globSync("**/*.bench.ts", { cwd: import.meta.dirname }).toSorted();
  for (const file of files) await import(resolve(import.meta.dirname, file));
  return benches();
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      smoke: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wanted = (await loadBenches()).filter(({ name }) => positionals.every((part) => name.includes(part)));
  if (wanted.length === 0) {
    process.stderr.write(`No benchmark's name contains "${positionals.join('" and "')}".\n`);
    return 2;
  }
  if (!values.json) process.stdout.write(`${availableParallelism()} cores, Node ${process.version}\n`);
  const measured: Measurement[] = [];
  for (const bench of wanted) {
    const measurement = await measure(bench, values.smoke ? bench.spec.smoke : bench.spec.full);
    measured.push(measurement);
    if (!values.json) process.stdout.write(`${textOf(measurement)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  if (values.write) writeFileSync(PAGE, pageWith(readFileSync(PAGE, "utf8"), measured));
  return values.smoke || measured.every(keepsFloors) ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
