import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { REPOSITORY } from "../tidy/source-files.ts";
import { AllDoors, NUMBERS, SECRETS } from "./all-doors.ts";

const pageOf = (path: string): string => readFileSync(join(REPOSITORY, path), "utf8");
/** Names of metrics in a text, those of a histogram's parts as the histogram's. */
const namesIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/\b(?:tollwright|nodejs|process)_[a-z0-9_]+/g)].map(([name]) =>
      name.replace(/_(bucket|count|sum)$/, ""),
    ),
  );

let db: TestDatabase;
let metrics: string;
let refusedScrape: number;
let ended: { readonly status: number | null; readonly log: string };
let token: string;

beforeAll(async () => {
  db = await testDatabase();
  const doors = await AllDoors.open(db);
  ({ token } = doors);
  try {
    await doors.knock();
    refusedScrape = (await fetch(doors.metricsUrl)).status;
    const headers = { authorization: `Bearer ${SECRETS.metricsToken}` };
    metrics = await (await fetch(doors.metricsUrl, { headers })).text();
  } finally {
    ended = await doors.close();
  }
});
afterAll(() => db?.drop());

describe("the log of a server at which everybody has knocked", () => {
  test("tells of requests, of what was refused and of what could not be done", () => {
    expect(ended.status).toBe(0);
    for (const line of [/"route":"\/v1\/sources\/:source\/cdrs"/, /RADIUS: .*dropped/, /FTP|ftp|cdr/, /"status":401/])
      expect(ended.log).toMatch(line);
  });

  test.each(Object.entries(SECRETS))("has no secret: %s", (_name, secret) => {
    expect(ended.log).not.toContain(secret);
  });

  test("has numbers of which the end is hidden", () => {
    expect(ended.log).toContain("493098****");
  });

  test("has no token of a source", () => {
    expect(ended.log).not.toContain(token);
    expect(ended.log).not.toContain(Buffer.from(token).toString("base64"));
  });

  test.each(NUMBERS)("has no whole number: %s", (number) => {
    expect(ended.log).not.toContain(number);
  });

  test("is one JSON object a line, but for what is said to who started it", () => {
    const lines = ended.log.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });
  });
});

describe("the metrics of a server that works", () => {
  test("are told to who has the token", () => {
    expect(refusedScrape).toBe(401);
  });

  test("are those of docs/reference/metrics.md", () => {
    const documented = namesIn(
      [...pageOf("docs/reference/metrics.md").matchAll(/^\| (`.+?`) \|/gm)].map(([, names]) => names).join("\n"),
    );
    const told = new Set([...metrics.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    expect([...told].filter((name) => !documented.has(name!))).toEqual([]);
    expect([...documented].filter((name) => !told.has(name))).toEqual([]);
  });

  test.each(["ops/grafana-dashboard.json", "ops/prometheus-alerts.yml"])("are all that %s asks for", (path) => {
    const told = namesIn(metrics);
    const asked = namesIn(pageOf(path));
    expect(asked.size).toBeGreaterThan(5);
    expect([...asked].filter((name) => !told.has(name))).toEqual([]);
  });

  test.each<[string, string]>([
    // line                                                                                      why
    ['tollwright_charging_answers_total{protocol="http",kind="authorise",result="granted"} 1', "a call that may begin"],
    [
      'tollwright_charging_answers_total{protocol="http",kind="authorise",result="refused"} 1',
      "one to where there is no rate",
    ],
    ['tollwright_charging_answers_total{protocol="http",kind="stop",result="closed"} 1', "its end"],
    ['tollwright_charging_answers_total{protocol="diameter",kind="authorise",result="granted"} 1', "by Diameter"],
    ['tollwright_charging_refusals_total{protocol="http",reason="rate-missing-for-call"} 1', "why"],
    ['tollwright_charging_answer_seconds_count{protocol="http",kind="authorise"} 2', "how long"],
    ['tollwright_http_requests_total{method="any",route="unknown",status="404"} 1', "a route that is none: one series"],
    ['tollwright_outbox_waiting{queue="mails"} 1', "a mail that cannot leave"],
    ["tollwright_database_up 1", "it is there"],
  ])("tell %s (%s)", (line) => {
    expect(metrics.split("\n")).toContain(line);
  });

  test("count the sessions that are up", () => {
    expect(metrics).toMatch(/^tollwright_sessions_open [1-9]\d*$/m);
  });

  test("count rows by source and outcome", () => {
    expect(metrics).toMatch(/^tollwright_ingest_rows_total\{source="fs-1",outcome="quarantined"\} \d+$/m);
    expect(metrics).toMatch(/^tollwright_quarantine_rows\{tenant="[^"]+",source="fs-1"\} \d+$/m);
  });

  test("name no number and no account", () => {
    for (const number of [...NUMBERS, '"ada"', '"alice"']) expect(metrics).not.toContain(number);
  });
});
