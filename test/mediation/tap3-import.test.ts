import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Source } from "../../src/server/mediation/source.ts";
import { compileBer } from "../support/ber-notation.ts";
import { readCdrVectors } from "../support/cdr-vector.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { writeTemporary } from "../support/temporary-file.ts";

const SAMPLE = new URL("../../samples/cdrs/CDGBRAAUSABB00417", import.meta.url);

let db: TestDatabase;
let operator: Operator;
let source: Source;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

beforeEach(async () => {
  operator = await Operator.create(db);
  source = await operator.source("roaming", "tap3");
  await operator.flatRate(source, "0.60");
});

const cdr = (...typed: string[]) => tollwright(["cdr", ...typed, "--tenant", `Tenant ${operator.tenantId}`], { db });
const cdrJson = <Document>(...typed: string[]) =>
  tollwrightJson<Document>(["cdr", ...typed, "--tenant", `Tenant ${operator.tenantId}`], { db });

const COUNTS = "select rows::int, stored::int, quarantined::int, non_billable::int from source_files";
const CALLS = "select count(*)::int as calls, sum(talked_s)::int as talked_s from usage_events";

/** A batch of one call, with its start as the sender wrote it. */
const batch = (start: string, talkedS = 95) =>
  compileBer(`TransferBatch@1 {
    BatchControlInfo@4 { Sender@196 "GBRAA" Recipient@182 "USABB" FileSequenceNumber@109 "00418" }
    AccountingInfo@5 { TapDecimalPlaces@244 5 }
    NetworkInfo@6 { UtcTimeOffsetInfoList@234 {
      UtcTimeOffsetInfo@233 { UtcTimeOffsetCode@232 0 UtcTimeOffset@231 "+0000" }
    } }
    CallEventDetailList@3 { MobileOriginatedCall@9 { MoBasicCallInformation@147 {
      ChargeableSubscriber@427 {
        SimChargeableSubscriber@199 { Imsi@129 bcd:234150000000018 Msisdn@152 bcd:447700900018 }
      }
      Destination@89 { CalledNumber@407 bcd:14155550123 }
      CallEventStartTimeStamp@44 { LocalTimeStamp@16 "${start}" UtcTimeOffsetCode@232 0 } TotalCallEventDuration@223 ${talkedS}
    } } }
    AuditControlInfo@15 { TotalCharge@415 0 CallEventDetailsCount@43 1 }
  }`);

async function importBytes(bytes: Uint8Array): Promise<void> {
  const path = await writeTemporary("CDGBRAAUSABB00418", bytes);
  await operator.importPath(source, path);
  await rm(path);
}

describe("TAP files", () => {
  test("the sample is stored, whatever else it holds is counted, and a second time changes nothing", async () => {
    const path = SAMPLE.pathname;
    expect(await cdr("import", "--source", "roaming", path)).toMatchObject({ status: 0 });
    const counts = await operator.figures<{ rows: number; stored: number; quarantined: number }>(COUNTS);
    expect(counts).toEqual({ rows: 24, stored: 20, quarantined: 0, non_billable: 4 });
    const before = await operator.figures(CALLS);
    expect(await cdr("import", "--source", "roaming", path)).toMatchObject({ status: 0 });
    expect(await operator.figures(CALLS)).toEqual(before);
  });

  test("without a source, the content says what it is", async () => {
    const { stderr, status } = await cdr("import", SAMPLE.pathname);
    expect(status).toBe(2);
    expect(stderr).toContain("tap3");
  });

  test("an event that waits is shown in hexadecimal, corrected in it, and stored by a retry", async () => {
    await importBytes(batch("20260231101513"));
    expect(await operator.figures(COUNTS)).toEqual({ rows: 1, stored: 0, quarantined: 1, non_billable: 0 });
    const { document } = await cdrJson<{ waiting: { id: string; code: string; raw: string }[] }>("quarantine", "list");
    const [row] = document.waiting;
    expect(row).toMatchObject({ code: "time-invalid" });
    const wrong = Buffer.from("20260231101513").toString("hex");
    const right = Buffer.from("20260302101513").toString("hex");
    expect(row?.raw).toContain(wrong);
    const raw = row?.raw.replace(wrong, right) ?? "";
    expect(await cdr("quarantine", "edit", row?.id ?? "", "--raw", raw)).toMatchObject({ status: 0 });
    expect(await cdr("quarantine", "retry")).toMatchObject({ status: 0 });
    expect(await operator.figures(CALLS)).toEqual({ calls: 1, talked_s: 95 });
  });

  test("an event that a later file brings again with another length waits as a used key", async () => {
    await importBytes(batch("20260302101513"));
    await importBytes(batch("20260302101513", 195));
    const { document } = await cdrJson<{ waiting: { code: string }[] }>("quarantine", "list");
    expect(document.waiting).toMatchObject([{ code: "key-reused" }]);
    expect(await operator.figures(CALLS)).toEqual({ calls: 1, talked_s: 95 });
  });
});

test("the sample is what its vector says", () => {
  const vector = readCdrVectors().find(({ name }) => name === "tap3/sample.txt");
  expect(new Uint8Array(readFileSync(SAMPLE))).toEqual(vector?.input);
});
