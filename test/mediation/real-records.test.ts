import { createReadStream, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { SwitchCall } from "../../src/core/usage/switch-call.ts";
import type { DecodedRow, DecoderSettings } from "../../src/mediation/decoder.ts";
import { formatNamed } from "../../src/mediation/registry.ts";
import { sharedData } from "../support/shared-data.ts";

const GUIDE = new URL("../../docs/reference/cdr-mapping.md", import.meta.url);

/** The JSON block of the mapping's reference page that follows the heading `title`: examples that are known to work. */
function documentedMapping(title: string): unknown {
  const section = readFileSync(GUIDE, "utf8").split(`### ${title}\n`)[1];
  return JSON.parse(section?.split("```json\n")[1]?.split("```")[0] ?? "null");
}

async function decode(path: string, format: string, settings: Partial<DecoderSettings> = {}): Promise<DecodedRow[]> {
  const decoder = formatNamed(format)!.open({
    timeZone: "Europe/London",
    fold: "earlier",
    mapping: null,
    receivedAt: epochMs(Date.UTC(2026, 0, 1)),
    futureToleranceS: 0,
    ...settings,
  });
  const rows: DecodedRow[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 10_000 })) rows.push(...decoder.push(chunk));
  return [...rows, ...decoder.end()];
}

const callsOf = (rows: readonly DecodedRow[]): SwitchCall[] =>
  rows.flatMap(({ outcome }) => (outcome.kind === "call" ? [outcome.call] : []));
const rejectsOf = (rows: readonly DecodedRow[]): DecodedRow[] =>
  rows.filter(({ outcome }) => outcome.kind === "reject");
const talkedS = (calls: readonly SwitchCall[]): number => calls.reduce((sum, { talkedMs }) => sum + talkedMs, 0) / 1000;
const wholeS = (calls: readonly SwitchCall[]): number =>
  calls.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0) / 1000;

describe("records that others wrote", () => {
  test("42,238 retail calls through the documented mapping alone", async () => {
    const path = sharedData("cdrs/retail_cdr_split_date_time_42k.csv");
    if (path === null) return;
    const rows = await decode(path, "mapped", { mapping: documentedMapping("Date and time in columns of their own") });
    const calls = callsOf(rows);
    expect(rejectsOf(rows)).toEqual([]);
    expect(calls.length).toBe(42_238);
    expect(talkedS(calls)).toBe(45_318_420);
    expect(new Set(calls.map(({ calling }) => calling)).size).toBe(101);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(42_238);
    expect(calls.filter(({ answeredAt }) => answeredAt === null).length).toBe(294);
  });

  test("100 records with derived times: a negative talk time is set aside, and the sums tie with the file", async () => {
    const path = sharedData("cdrs/cdrstats_import_100.txt");
    if (path === null) return;
    const rows = await decode(path, "mapped", {
      mapping: documentedMapping("No header, and durations without an end"),
    });
    const calls = callsOf(rows);
    const rejects = rejectsOf(rows);
    expect(calls.length).toBe(99);
    expect(rejects.map(({ line, outcome }) => [line, outcome.kind === "reject" && outcome.reject.code])).toEqual([
      [37, "duration-negative"],
    ]);
    const [, , , total, talked] = rejects[0]!.raw.split(",").map((text) => text.trim());
    expect([total, talked]).toEqual(["2", "-6"]);
    expect(wholeS(calls) + Number(total)).toBe(14_384);
    expect(talkedS(calls) + Number(talked)).toBe(13_836);
  });

  test("Cisco CUCM: 3 calls of 0, 0 and 11 s, two CMRs, type rows passed over", async () => {
    const [cdr, cmr] = [sharedData("cdrs/cucm_cdr.txt"), sharedData("cdrs/cucm_cmr.txt")];
    if (cdr === null || cmr === null) return;
    const rows = await decode(cdr, "cucm");
    expect(rows.map(({ outcome }) => (outcome.kind === "framing" ? outcome.what : outcome.kind))).toEqual([
      "header",
      "type-row",
      "call",
      "call",
      "call",
    ]);
    expect(callsOf(rows).map(({ talkedMs, cause }) => [talkedMs, cause.q850])).toEqual([
      [0, null],
      [0, null],
      [11_000, 16],
    ]);
    const quality = await decode(cmr, "cucm");
    expect(quality.filter(({ outcome }) => outcome.kind === "non-billable").length).toBe(2);
    expect(callsOf(quality)).toEqual([]);
  });
});
