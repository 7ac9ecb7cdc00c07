import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { Stop } from "../../src/server/charging/charging-request.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { addDeadLetters } from "../../src/server/outage/dead-letter-store.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let source: Source;

const AT = Date.UTC(2026, 2, 1);

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => await db?.drop());

/** Ada at .60 a minute with one unit of money, and two ends of calls that nobody knows anything else of. */
beforeEach(async () => {
  operator = await Operator.create(db);
  await prepaidCustomer(operator);
  source = await operator.source("switch", "freeswitch-csv");
  const letters = ["a", "b"].map((key) => ({
    entry: { at: epochMs(AT), request: stop(key), answer: KEPT, risks: [] },
    reason: "nobody knows",
  }));
  await db.transaction("ingest", {}, (tx) => addDeadLetters(tx, operator.tenantId, letters));
});

const KEPT = { kind: "closed", fate: "journalled" } as const;
const stop = (key: string): Stop => ({
  ...{ kind: "stop", sourceId: source.id, requestKey: "stop", key, leg: "", answeredAt: epochMs(AT) },
  ...{ endedAt: epochMs(AT + 30_000), talkedMs: 30_000, counted: "whole-call", reportedS: null, isGivenUp: false },
  ...{ attempt: null, recordKey: null, cause: { q850: 16, sip: null, text: null }, told: KEPT },
});

interface Letter {
  readonly id: string;
  readonly reason: string;
  readonly request: { readonly key: string };
  readonly settled: { readonly outcome: string; readonly by: string; readonly why: string } | null;
}

const tenant = () => ["--tenant", `Tenant ${operator.tenantId}`];
const json = async <Document>(...words: string[]) =>
  await tollwrightJson<Document>(["session", "dead-letter", ...words, ...tenant()], { db });
const lettersOf = async (...words: string[]) =>
  (await json<{ deadLetters: Letter[] }>("list", ...words)).document.deadLetters;

test("dead letters are listed, shown, retried with what is known of the call, and discarded with a reason", async () => {
  const [a, b] = await lettersOf();
  expect([a?.request.key, b?.request.key]).toEqual(["a", "b"]);
  expect(await json("show", a?.id ?? "")).toMatchObject({ status: 0, document: { reason: "nobody knows" } });
  expect(await json("retry")).toMatchObject({ status: 1, document: { tried: 2, decided: 0 } });
  expect((await lettersOf()).map(({ reason }) => reason)).toEqual([
    expect.stringContaining("who called whom"),
    expect.stringContaining("who called whom"),
  ]);
  const known = ["--id", a?.id ?? "", "--calling", "442071234567", "--called", "4930123456", "--account-code", "ada"];
  expect(await json("retry", ...known)).toMatchObject({ status: 0, document: { decided: 1 } });
  expect(await booksOf(operator)).toMatchObject({ wallet: 0.7, held: 0, calls: 1 });
  expect(await json("retry", ...known)).toMatchObject({ status: 1, document: { decided: 0 } });
  expect(await booksOf(operator)).toMatchObject({ wallet: 0.7, calls: 1 });
  expect(await json("discard", b?.id ?? "", "--why", "charged by hand")).toMatchObject({ status: 0 });
  expect(await lettersOf()).toEqual([]);
  expect((await lettersOf("--all")).map(({ settled }) => settled)).toMatchObject([
    { outcome: "decided", by: "cli:test" },
    { outcome: "discarded", by: "cli:test", why: "charged by hand" },
  ]);
  const { checks, outstanding } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect([checks.filter(({ ok }) => !ok), outstanding.deadLetters]).toEqual([[], 0]);
});

test("a letter of a source that is gone waits on, and keeps nobody back; one that is not there is said to be", async () => {
  const gone = { ...stop("c"), sourceId: "0198c000-0000-7000-8000-000000000000", attempt: null };
  const entry = { at: epochMs(AT), request: gone, answer: KEPT, risks: [] };
  await db.transaction("ingest", {}, (tx) => addDeadLetters(tx, operator.tenantId, [{ entry, reason: "gone" }]));
  expect(await json("retry")).toMatchObject({ status: 1, document: { tried: 3, decided: 0 } });
  expect(await lettersOf("--source", "switch")).toHaveLength(2);
  for (const id of ["c", "0198c000-0000-7000-8000-000000000000"])
    for (const words of [
      ["show", id],
      ["discard", id, "--why", "x"],
    ]) {
      const ran = await tollwright(["session", "dead-letter", ...words, ...tenant()], { db });
      expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining("dead-letter-unknown") });
    }
  const ran = await tollwright(["session", "dead-letter", "retry", "--called", "49", ...tenant()], { db });
  expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining("--id") });
});
