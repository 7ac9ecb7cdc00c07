import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { SwitchCall } from "../../src/core/usage/switch-call.ts";
import type { SwitchFormat } from "../../src/mediation/decoder.ts";
import { broadworksCsv } from "../../src/mediation/formats/broadworks-csv.ts";
import { broadworksXml } from "../../src/mediation/formats/broadworks-xml.ts";
import { readElement } from "../../src/mediation/xml/read-element.ts";
import { sharedData } from "../support/shared-data.ts";

const SETTINGS = {
  timeZone: "UTC",
  fold: "earlier",
  mapping: null,
  receivedAt: epochMs(Date.UTC(2026, 0, 1)),
  futureToleranceS: 0,
} as const;

const callsOf = (format: SwitchFormat, bytes: Uint8Array): SwitchCall[] => {
  const decoder = format.open(SETTINGS);
  const rows = [...decoder.push(bytes), ...decoder.end()];
  return rows.flatMap(({ outcome }) => (outcome.kind === "call" ? [outcome.call] : []));
};

/** Columns of the accounting specification, from 1. */
const COLUMNS: Readonly<Record<string, number>> = {
  serviceProvider: 2,
  type: 3,
  userNumber: 4,
  groupNumber: 5,
  direction: 6,
  callingNumber: 7,
  callingPresentationIndicator: 8,
  calledNumber: 9,
  startTime: 10,
  userTimeZone: 11,
  answerIndicator: 12,
  answerTime: 13,
  releaseTime: 14,
  terminationCause: 15,
  networkType: 16,
  dialedDigits: 18,
  callCategory: 19,
  networkCallType: 20,
  route: 24,
  networkCallID: 25,
  accessDeviceAddress: 27,
  accessCallID: 28,
  group: 32,
  accountCode: 34,
  localCallId: 45,
  userId: 121,
  otherPartyName: 122,
  trunkGroupName: 135,
};

/** An XML record as the switch would have written it between commas. */
function csvOf(xml: string): string {
  const texts = readElement(xml);
  if (typeof texts === "string") throw new Error(texts);
  const columns = Array<string>(448).fill("");
  const key = ["eventCounter", "systemId", "date", "systemTimeZone"].map((name) => texts.get(name) ?? "");
  columns[0] = key.join("");
  for (const [name, column] of Object.entries(COLUMNS)) columns[column - 1] = texts.get(name) ?? "";
  return columns.map((text) => text.replace(/[\\,]/g, "\\$&")).join(",");
}

test("a real record is the same call, whether it comes as XML or between commas", () => {
  const path = sharedData("cdrs/broadworks_cdr_v19.xml");
  if (path === null) return;
  const xml = readFileSync(path, "latin1");
  const records = xml.match(/<cdrData>.*?<\/cdrData>/gs) ?? [];
  const fromXml = callsOf(broadworksXml, Buffer.from(xml, "latin1"));
  const fromCsv = callsOf(broadworksCsv, Buffer.from(`${records.map(csvOf).join("\n")}\n`));
  expect(fromXml.length).toBeGreaterThan(0);
  expect(fromCsv).toEqual(fromXml);
  expect(fromCsv.map(({ talkedMs }) => talkedMs).filter((ms) => ms > 0)).toEqual([13_483, 23_285]);
});
