import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DETECT_HEAD_BYTES, detectFormat } from "../../src/mediation/detect.ts";
import { readCdrVectors } from "../support/cdr-vector.ts";
import { sharedData } from "../support/shared-data.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the format of a file is told by its content", () => {
  const plain = readCdrVectors().filter(
    ({ settings, expected }) => settings.mapping === null && expected.some((row) => / call| half/.test(row)),
  );
  test.each(plain.map((vector) => [vector.name, vector] as const))("%s", (_name, { input, format }) => {
    expect(detectFormat(input, "calls.txt")[0]?.format).toBe(format);
  });
});

test.each<[string, string, string | undefined, string]>([
  // content                                     name             format       why
  ["", "Master.csv", undefined, "an empty file is of no format, whatever its name"],
  ["a,b,c\n1,2,3\n", "cdr.csv", undefined, "an unknown CSV needs a mapping"],
  [
    'Mon Mar  2 10:15:20 2026\n\tAcct-Status-Type = Stop\n\tAcct-Session-Id = "1"\n\tCalled-Station-Id = "1"\n' +
      '\th323-setup-time = "10:15:07.000 CET Mon Mar 2 2026"\n' +
      '\th323-disconnect-time = "10:15:16.000 CET Mon Mar 2 2026"\n\n',
    "gw.log",
    "radius-detail",
    "a zone whose meaning the source has to say is no other format",
  ],
  ["Account ID,CLI,CLD,Connect Time\n".repeat(9), "xdr.csv", undefined, "its first bytes can be a tag and a length"],
  ["Dear customer,\nattached you find\n", "cdr.txt", undefined, "no records at all"],
])("%j called %s is %s (%s)", (content, name, format) => {
  expect(detectFormat(bytes(content), name)[0]?.format).toBe(format);
});

describe("real files", () => {
  const files: [string, string | undefined][] = [
    ["cucm_cdr.txt", "cucm"],
    ["cucm_cmr.txt", "cucm"],
    ["freeswitch_json_cdr_1.json", "freeswitch-json"],
    ["broadworks_cdr_v19.xml", "broadworks-xml"],
    ["opensips_flatstore_acc_success.csv", "opensips-acc"],
    ["retail_cdr_split_date_time_42k.csv", undefined],
    ["cdrstats_import_100.txt", undefined],
  ];
  test.each(files)("%s is %s", (file, format) => {
    const path = sharedData(`cdrs/${file}`);
    if (path === null) return;
    expect(detectFormat(readFileSync(path).subarray(0, DETECT_HEAD_BYTES), file)[0]?.format).toBe(format);
  });
});
