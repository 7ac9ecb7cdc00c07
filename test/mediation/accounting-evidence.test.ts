import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { CallHalf, SwitchCall } from "../../src/core/usage/switch-call.ts";
import type { DecodedRow } from "../../src/mediation/decoder.ts";
import { callOf, type Dialog, pairHalves } from "../../src/mediation/pairing.ts";
import { formatNamed } from "../../src/mediation/registry.ts";
import { sharedData } from "../support/shared-data.ts";

const SETTINGS = {
  timeZone: "UTC",
  fold: "earlier",
  mapping: null,
  receivedAt: epochMs(Date.UTC(2026, 11, 1)),
  futureToleranceS: 0,
} as const;

function rowsOf(format: string, path: string): DecodedRow[] {
  const decoder = formatNamed(format)!.open(SETTINGS);
  return [...decoder.push(readFileSync(path)), ...decoder.end()].filter(({ outcome }) => outcome.kind !== "framing");
}

const callsOf = (rows: readonly DecodedRow[]): SwitchCall[] =>
  rows.flatMap(({ outcome }) => (outcome.kind === "call" ? outcome.call : []));

const halvesOf = (rows: readonly DecodedRow[]): CallHalf[] =>
  rows.flatMap(({ outcome }) => (outcome.kind === "half" ? outcome.half : []));

const dialogsOf = (halves: readonly CallHalf[]): Dialog[] =>
  [...Map.groupBy(halves, ({ key }) => key).values()].map(pairHalves);

const seconds = (calls: readonly SwitchCall[]): number => calls.reduce((sum, call) => sum + call.talkedMs, 0) / 1_000;

describe("OpenSIPS flat text", () => {
  const file = (name: string) => sharedData(`cdrs/opensips_flatstore_${name}.csv`);
  const success = file("acc_success");
  const missed = file("acc_missed");
  const part1 = file("part1_bye_first");
  const part2 = file("part2_invite_later");

  test.skipIf(!success || !missed)("4 calls of 12 s in all, and 3 missed", () => {
    const rows = rowsOf("opensips-acc", success as string);
    const completed = dialogsOf(halvesOf(rows)).flatMap((dialog) => callOf(dialog) ?? []);
    expect(rows).toHaveLength(8);
    expect([completed.length, seconds(completed)]).toEqual([4, 12]);
    const missedCalls = callsOf(rowsOf("opensips-acc", missed as string));
    expect(missedCalls.map(({ answeredAt, cause }) => [answeredAt, cause.sip])).toEqual([
      [null, 487],
      [null, 404],
      [null, 486],
    ]);
  });

  test.skipIf(!part1 || !part2)(
    "the BYE in one file and its INVITE in the next are one call; the other stays open",
    () => {
      const halves = [part1, part2].map((path) => halvesOf(rowsOf("opensips-acc", path as string)));
      expect(dialogsOf(halves[0]!).map(callOf)).toEqual([undefined]);
      const dialogs = dialogsOf(halves.flat());
      const completed = dialogs.flatMap((dialog) => callOf(dialog) ?? []);
      expect([completed.length, seconds(completed)]).toEqual([1, 4]);
      const open = dialogs.filter(({ start, end }) => !(start && end));
      expect(open.map(({ start, end }) => [start?.key.slice(0, 8), end])).toEqual([["dd0c4c61", null]]);
    },
  );
});

const broadworks = sharedData("cdrs/broadworks_cdr_v19.xml");
test.skipIf(!broadworks)("BroadWorks: 2 calls of 13.483 and 23.285 s, the two marks are not billed", () => {
  const rows = rowsOf("broadworks-xml", broadworks as string);
  expect(callsOf(rows).map(({ talkedMs }) => talkedMs)).toEqual([13_483, 23_285]);
  expect(rows.map(({ outcome }) => outcome.kind)).toEqual(["non-billable", "call", "call", "non-billable"]);
});

const freeswitch = sharedData("cdrs/freeswitch_json_cdr_1.json");
test.skipIf(!freeswitch)("FreeSWITCH: 68 s billed, 67.540 s measured, 71 s in all", () => {
  const [call, ...others] = callsOf(rowsOf("freeswitch-json", freeswitch as string));
  expect(others).toEqual([]);
  expect(call).toMatchObject({ reportedS: 68, talkedMs: 67_540 });
  expect(Math.ceil((call!.endedAt - call!.startedAt) / 1_000)).toBe(71);
});
