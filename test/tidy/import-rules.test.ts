import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cruiseImports, type ImportReport } from "../../scripts/cruise-imports.ts";
import { CORE_ORDER, IMPORT_RULES } from "../../scripts/import-rules.ts";
import { REPOSITORY } from "./source-files.ts";

/** Imports to plant: who, whom (a path is relative to src), and the rule that must refuse it, or none. */
// biome-ignore format: a table reads by its columns
const PLANTED: [string, string, string | null, string][] = [
  // from                         imports                        refused by            why
  ["core/money/a.ts",             "core/time/b.ts",              "core-order:money",   "time stands right of money"],
  ["core/time/b.ts",              "core/money/c.ts",             null,                 "to the left"],
  ["core/dunning/a.ts",           "core/reports/b.ts",           "core-order:dunning", "the last pair has a rule too"],
  ["core/brand.ts",               "core/money/c.ts",             "core-floor",         "the floor leans on nothing"],
  ["core/problem.ts",             "core/invariant.ts",           null,                 "within the floor"],
  ["core/rating/a.ts",            "core/invariant.ts",           null,                 "everybody stands on the floor"],
  ["core/rating/a.ts",            "node:fs",                     "core-pure",          "a built-in module"],
  ["core/rating/b.ts",            "typebox",                     "core-pure",          "a package, however pure"],
  ["core/rating/c.ts",            "mediation/decoder.ts",        "core-pure",          "outwards"],
  ["core/rating/d.test.ts",       "fast-check",                  null,                 "tests are free"],
  ["mediation/decoder.ts",        "core/usage/a.ts",             null,                 "a decoder makes usage events"],
  ["mediation/formats/a.ts",      "mediation/decoder.ts",        null,                 "the contract of its kind"],
  ["mediation/formats/a.ts",      "core/reject.ts",              null,                 "a bad row is a core reject"],
  ["mediation/formats/a.ts",      "saxes",                       null,                 "a pure parser"],
  ["mediation/formats/b.ts",      "node:fs",                     "decoder-pure",       "the caller reads the file"],
  ["mediation/formats/c.ts",      "pino",                        "decoder-pure",       "logging is I/O"],
  ["mediation/formats/d.ts",      "decks/deck.ts",               "decoder-pure",       "a deck is no CDR"],
  ["mediation/formats/e.ts",      "mediation/formats/a.ts",      "format-alone",       "formats stay strangers"],
  ["mediation/formats/f/rows.ts", "mediation/formats/f/cell.ts", null,                 "a format may be a folder"],
  ["decks/deck.ts",               "node:zlib",                   null,                 "inflating is computation"],
  ["decks/deck.ts",               "node:crypto",                 null,                 "so is hashing"],
  ["protocol/radius/a.ts",        "protocol/diameter/b.ts",      "codec-pure",         "codecs stay strangers"],
  ["protocol/radius/b.ts",        "node:dgram",                  "codec-pure",         "a codec has no socket"],
  ["server/ledger/store.ts",      "pg",                          null,                 "stores hold the SQL"],
  ["server/ledger/post.ts",       "server/ledger/store.ts",      null,                 "its own store"],
  ["server/ledger/post.ts",       "pg",                          "pg-in-stores",       "a use case holds no SQL"],
  ["server/db/pool.ts",           "pg",                          null,                 "connections are made in db"],
  ["server/usage/load.ts",        "pg-copy-streams",             "pg-in-stores",       "COPY is SQL too"],
  ["server/usage/bulk-store.ts",  "pg-copy-streams",             null,                 "one of several stores"],
  ["server/invoicing/bill.ts",    "server/ledger/store.ts",      "store-private",      "another noun's store"],
  ["server/invoicing/bill.ts",    "server/ledger/post.ts",       null,                 "another noun's use case"],
  ["server/invoicing/routes.ts",  "server/invoicing/store.ts",   "route-use-case",     "round the use case"],
  ["server/invoicing/store.ts",   "core/invoicing/a.ts",         null,                 "stores speak core types"],
  ["server/invoicing/routes.ts",  "fastify",                     null,                 "routes hold the HTTP"],
  ["server/invoicing/bill.ts",    "fastify",                     "http-in-routes",     "use cases serve the CLI too"],
  ["cli/bill.ts",                 "server/invoicing/bill.ts",    null,                 "a command calls a use case"],
  ["cli/post.ts",                 "server/ledger/store.ts",      "store-in-server",    "a command holds no SQL"],
  ["server/http/app.ts",          "cli/bill.ts",                 "outermost",          "nothing uses the command line"],
  ["cli/serve.ts",                "main.ts",                     "main-last",          "the root is nobody's library"],
  ["portal/app.ts",               "core/money/c.ts",             "portal-by-http",     "the portal knows the API only"],
  ["server/jobs/a.ts",            "server/jobs/b.ts",            "no-cycle",           "a circle of two"],
  ["server/jobs/b.ts",            "server/jobs/a.ts",            null,                 "the same circle, told once"],
  ["server/jobs/c.ts",            "no-such-package",             "no-unresolved",      "installed nowhere"],
  ["server/jobs/c.ts",            "fast-check",                  "no-dev-package",     "not there in production"],
  ["server/jobs/c.ts",            "../test/support/any.ts",      "no-tooling",         "tests stay outside"],
  ["main.ts",                     "cli/bill.ts",                 null,                 "the root wires the commands"],
  ["decks/load-worker.ts",        "decks/deck.ts",               null,                 "a worker is an entry"],
];

const root = mkdtempSync(join(tmpdir(), "tollwright-imports-"));
let report: ImportReport;

beforeAll(async () => {
  const contents = new Map<string, string>();
  for (const [from, to] of PLANTED) {
    const specifier = to.endsWith(".ts") ? relative(dirname(from), to).replace(/^(?!\.)/, "./") : to;
    contents.set(from, `${contents.get(from) ?? ""}import type { x } from "${specifier}";\n`);
    if (to.endsWith(".ts")) contents.set(to, contents.get(to) ?? "");
  }
  for (const [file, text] of contents) {
    mkdirSync(dirname(join(root, "src", file)), { recursive: true });
    writeFileSync(join(root, "src", file), `${text}export type x = string;\n`);
  }
  writeFileSync(join(root, "package.json"), readFileSync(join(REPOSITORY, "package.json")));
  symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  report = await cruiseImports(root);
});

afterAll(() => rmSync(root, { recursive: true }));

describe("the import check", () => {
  test.each(PLANTED)("%s -> %s: %s (%s)", (from, to, refusedBy) => {
    const rules = report.violations.filter((v) => v.from === `src/${from}` && isTarget(v.to, to)).map((v) => v.rule);
    if (refusedBy === null) expect(rules).toEqual([]);
    else expect(rules).toContain(refusedBy);
  });

  test("finds a module that nothing reaches", () => {
    const orphans = report.violations.filter(({ rule }) => rule === "no-orphan").map(({ to }) => to);
    expect(orphans).toContain("src/server/usage/load.ts");
    expect(orphans).not.toContain("src/cli/bill.ts");
    expect(orphans).not.toContain("src/decks/deck.ts");
  });

  test("tells why with every violation", () => {
    for (const { rule, why } of report.violations) expect(why, rule).not.toBe("");
  });

  test("sees every module and every import statement", () => {
    expect(report.modules).toBeGreaterThan(PLANTED.length);
    expect(report.violations.filter(({ rule }) => rule === "unseen")).toEqual([]);
  });

  test("has a planted violation for every rule", () => {
    const found = new Set(report.violations.map(({ rule }) => rule.replace(/^core-order:.*/, "core-order")));
    for (const { name } of IMPORT_RULES) expect(found).toContain(name?.replace(/^core-order:.*/, "core-order"));
  });

  test("knows the place of every folder of the core", () => {
    const folders = readdirSync(join(REPOSITORY, "src/core"), { withFileTypes: true }).filter((e) => e.isDirectory());
    for (const { name } of folders) expect(CORE_ORDER, `src/core/${name}: add it to CORE_ORDER`).toContain(name);
  });
});

/** A violation names a package by its file under node_modules and a built-in module without its "node:". */
const isTarget = (seen: string, planted: string): boolean =>
  seen === planted ||
  seen === join("src", planted) ||
  seen === planted.replace(/^node:/, "") ||
  seen.includes(`node_modules/${planted}/`) ||
  seen.includes(`node_modules/@types/${planted}/`);
