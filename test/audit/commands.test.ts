import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Command, CommandGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { loadConfig } from "../../src/config.ts";
import { Story, setup } from "../rerating/story.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-audit-"));
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

/** Runs words; `{folder}` is the test's folder, and `{name}` what an earlier answer had there. */
async function run(line: string, stdin = "") {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = ""]) => quoted ?? plain);
  const loaded = () => loadConfig({ TOLLWRIGHT_SECRETS_KEY_FILE: join(folder, "secrets.key") });
  const { status, stdout, stderr } = await tollwright([...words, "--json"], {
    ...{ db, stdin },
    surroundings: { loadConfig: loaded },
  });
  if (status === 2) throw new Error(`${line}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const actions = () =>
  db.transaction("owner", {}, async (tx) => {
    const { rows } = await tx.query<{ action: string; actor_name: string }>(
      "select action, actor_name from audit_entries order by happened_at, id",
    );
    return rows;
  });

/**
 * What a command writes down, by the words that were run. The order is that of a day: one makes what the next needs.
 */
const WRITTEN: readonly (readonly [command: string, line: string, wanted: readonly string[], stdin?: string])[] = [
  ["apply", "apply -", ["tenant.created", "account.created", "rule.created"], JSON.stringify(setup())],
  [
    "apply",
    "apply -",
    ["account.changed"],
    JSON.stringify({ ...setup(), rules: undefined }).replace('"Bakery"', '"B"'),
  ],
  ["apply", "apply -", ["rule.removed"], JSON.stringify({ ...setup(), rules: setup().rules.slice(0, 2) })],
  ["apply", "apply -", ["rule.created"], JSON.stringify(setup())],
  ["account topup", "account topup shop 10 --reference r-1", ["account.topped-up"]],
  ["account replay", "account replay", ["months.replayed"]],
  ["sip-user set-password", "sip-user set-password ada --account bakery", ["sip-user.created"]],
  ["sip-user set-password", "sip-user set-password ada --account bakery", ["sip-user.password-changed"]],
  ["sip-user import", "sip-user import -", ["sip-user.created"], "account,user,password\nbakery,eve,top secret 1\n"],
  ["sip-user remove", "sip-user remove eve", ["sip-user.removed"]],
  ["key create", "key create crm --permission accounts:read", ["key.created"]],
  ["key revoke", "key revoke {key}", ["key.revoked"]],
  ["source token", "source token switch", ["source.token-issued"]],
  ["tariff create", "tariff create acme", ["tariff.created"]],
  ["tariff derive", "tariff derive partners --base retail --markup 5", ["tariff.created"]],
  ["tariff assign", "tariff assign partners --account clinic --from 2030-01-01", ["assignment.created"]],
  ["rates import", "rates import {folder}/deck.csv --tariff acme --mode full", ["deck.imported"]],
  ["rates publish", "rates publish {deck} --accept-findings", ["rates.published"]],
  ["rates import", "rates import {folder}/next.csv --tariff acme --mode full", ["deck.imported"]],
  ["rates discard", "rates discard {deck}", ["deck.discarded"]],
  ["rates template save", "rates template save acme -", ["deck-template.saved"], "{}"],
  ["rates template delete", "rates template delete acme", ["deck-template.deleted"]],
  ["numbers import", "numbers import exchanges {folder}/exchanges.csv", ["numbers.imported"]],
  ["cdr search", "cdr search --account bakery --save mine", ["search.saved"]],
  ["cdr searches remove", "cdr searches remove mine", ["search.removed"]],
  ["cdr quarantine edit", "cdr quarantine edit {first} --raw x", ["quarantine.edited"]],
  ["cdr quarantine dismiss", "cdr quarantine dismiss {second}", ["quarantine.dismissed"]],
  ["cdr quarantine retry", "cdr quarantine retry", ["quarantine.retried"]],
  ["cdr rerate", "cdr rerate --all --apply --reason test", ["re-rating.begun"]],
  ["bill run", "bill run 2026-01", ["invoice.issued"]],
  ["vendor accrue", "vendor accrue", []], // the bill run has done it
];

const PEOPLE = [
  ...["create", "invite", "set-roles", "lock", "disable", "enable", "reset-password", "reset-second-factors"],
  ...["log-out", "settings"],
].map((name) => `user ${name}`);

/** Changing commands whose entry is demanded where what they need is there, and by what. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "account move": "test/tenancy/move-account.test.ts",
  "address-list set": "test/keys",
  "source disconnect": "test/radius/disconnect-session.test.ts",
  "session hang-up": "test/cuts/cuts.test.ts",
  "session dead-letter retry": "test/charging/outage-dead-letters.test.ts",
  "session dead-letter discard": "test/charging/outage-dead-letters.test.ts",
  "cdr totals import": "test/completeness/totals-http.test.ts",
  "alarm acknowledge": "test/completeness/scenario.test.ts",
  "archive run": "test/archive/archive.test.ts",
  "archive restore": "test/archive/archive.test.ts",
  "webhook create": "test/webhooks",
  "webhook rotate": "test/webhooks",
  "webhook enable": "test/webhooks",
  "webhook disable": "test/webhooks",
  "webhook delete": "test/webhooks",
  "webhook test": "test/webhooks",
  "webhook replay": "test/webhooks",
  "invoice pay": "test/resellers",
  "commission run": "test/resellers",
  "person erase": "test/audit/persons.test.ts",
  ...Object.fromEntries(PEOPLE.map((name) => [name, "test/people"])),
};

/** Commands that write nothing down, and why. */
const NOTHING: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["start", "cdr import", "cdr watch", "cdr pull"].map((name) => [name, "records have their files and journals"]),
  ),
  ...Object.fromEntries(["migrate", "backup", "restore", "demo"].map((name) => [name, "is about the database whole"])),
  ...Object.fromEntries(["secrets rotate", "secrets forget"].map((name) => [name, "changes the key file alone"])),
  "audit seal": "places entries, and its seals are the record of it",
  doctor: "alarms have a history of their own",
};

/** Everything else only reads. */
const VERBS = "list|roles|show|check|watch|verify|export|status|cuts|statement|deliveries";
const READERS = [
  ...["config", "rate", "report margin", "cdr (completeness|formats|open|export|show|files)", "bill preview"],
  ...["audit .*", "person export", "source streams", "account allowances", `.* (${VERBS})`],
];
const READS = new RegExp(`^(${READERS.join("|")})$`);

function commandNames(entries: readonly (Command | CommandGroup)[], before = ""): string[] {
  return entries.flatMap((entry) =>
    "commands" in entry ? commandNames(entry.commands, `${before}${entry.name} `) : [before + entry.name],
  );
}

test("every command that changes something is in one of the lists", () => {
  const known = new Set([...WRITTEN.map(([name]) => name), ...Object.keys(ELSEWHERE), ...Object.keys(NOTHING)]);
  expect(commandNames(COMMANDS).filter((name) => !known.has(name) && !READS.test(name))).toEqual([]);
});

test("every change at the command line is written down, with who did it", async () => {
  await writeFile(join(folder, "deck.csv"), "Prefix,Destination,Rate\n49,Germany,0.02\n44,United Kingdom,0.03\n");
  await writeFile(join(folder, "next.csv"), "Prefix,Destination,Rate\n49,Germany,0.03\n44,United Kingdom,0.03\n");
  await writeFile(join(folder, "exchanges.csv"), "212555,NY\n");
  const known: Record<string, string> = { folder };
  const filled = (line: string) => line.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name] ?? name);
  let seen = 0;
  for (const [, line, wanted, stdin] of WRITTEN) {
    if (line.includes("{first}")) await quarantine(known);
    const answer = await run(filled(line), stdin);
    if (line.startsWith("key create")) known.key = String(answer.id ?? (answer.key as { id: string }).id);
    if (line.startsWith("rates import")) known.deck = (answer.outcome as { deckId: string }).deckId;
    const entries = await actions();
    const written = entries.slice(seen);
    seen = entries.length;
    expect({ line, written: written.map(({ action }) => action) }).toMatchObject({
      line,
      written: expect.arrayContaining([...wanted]),
    });
    expect(written.every(({ actor_name }) => actor_name === "cli:test")).toBe(true);
  }
  await run("audit seal");
  expect(await run("audit verify")).toMatchObject({ entries: seen, waiting: 0, faults: [] });
});

/** Two rows that wait, and calls to bill. */
async function quarantine(known: Record<string, string>): Promise<void> {
  await new Story(db).import([
    ...["bakery", "clinic", "shop"].map((code) => ({ code, at: "2026-01-10T10:00:00Z" })),
    ...["nobody", "noone"].map((code) => ({ code, at: "2026-01-11T10:00:00Z" })),
  ]);
  const { waiting } = (await run("cdr quarantine list")) as { waiting: { id: string }[] };
  [known.first, known.second] = waiting.map(({ id }) => id) as [string, string];
}

test("what a dry run would do is not written down", async () => {
  const before = (await actions()).length;
  for (const line of ["account topup shop 5 --reference r-2 --dry-run", "vendor accrue --dry-run"]) await run(line);
  await run(
    "apply - --dry-run",
    JSON.stringify({ ...setup(), tenant: { ...setup().tenant, timeZone: "Europe/Vienna" } }),
  );
  expect((await actions()).length).toBe(before);
});

test("entries are found by who, what, which and when", async () => {
  const list = async (options: string) => {
    const { entries } = (await run(`audit list --limit 500 ${options}`)) as {
      entries: { action: string; id: string }[];
    };
    return entries;
  };
  const whole = await list("");
  expect((await list("--actor cli:test")).length).toBe(whole.length);
  expect(await list("--actor cli:nobody")).toEqual([]);
  expect(await list("--action rates")).toMatchObject([{ action: "rates.published" }]);
  expect((await list("--kind account --object shop")).map(({ action }) => action)).toContain("account.topped-up");
  expect(await list("--until 2020-01-01")).toEqual([]);
  const security = (await list("--security")).map(({ action }) => action);
  expect(security).toEqual(expect.arrayContaining(["sip-user.created", "key.revoked", "source.token-issued"]));
  expect(security).not.toContain("account.topped-up");
  const [topUp] = await list("--action account.topped-up");
  expect(await run(`audit show ${topUp?.id}`)).toMatchObject({
    actor: { kind: "command-line", name: "cli:test" },
    before: { balance: "0", currency: "EUR" },
    after: { balance: "10", amount: "10", reference: "r-1" },
  });
});
