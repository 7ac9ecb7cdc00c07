import { expect, test } from "vitest";
import { BASE_AVPS } from "./dictionary/base.ts";
import { CHARGING_FROM_2000 } from "./dictionary/charging-from-2000.ts";
import { CHARGING_UP_TO_1999 } from "./dictionary/charging-up-to-1999.ts";
import { CREDIT_CONTROL_AVPS } from "./dictionary/credit-control.ts";
import { GATEWAY_AVPS } from "./dictionary/gateway.ts";
import { DICTIONARY, Dictionary, definitionOf, definitionsOf, VENDOR_3GPP } from "./dictionary.ts";

const TABLES = [BASE_AVPS, CREDIT_CONTROL_AVPS, CHARGING_UP_TO_1999, CHARGING_FROM_2000, GATEWAY_AVPS];

test("no name and no code stands in two rows", () => {
  const rows = TABLES.flatMap((table) => Object.keys(table));
  expect(new Set(rows).size).toBe(rows.length);
  expect([...DICTIONARY].length).toBe(rows.length);
});

test.each<[Parameters<typeof definitionOf>[0], number, number]>([
  ["Session-Id", 0, 263],
  ["CC-Request-Type", 0, 416],
  ["Service-Information", VENDOR_3GPP, 873],
  ["Quota-Holding-Time", VENDOR_3GPP, 871],
])("%s is of vendor %i, %i", (name, vendorId, code) => {
  expect(DICTIONARY.find(code, vendorId)).toBe(definitionOf(name));
});

test("an installation's own rows come on top, and may mend one of ours", () => {
  const own = new Dictionary([
    ...DICTIONARY,
    ...definitionsOf(9, { "Cisco-Thing": [1, "Unsigned32"] }),
    ...definitionsOf(VENDOR_3GPP, { "3GPP-Charging-Id": [2, "Unsigned32", "M"] }),
  ]);
  expect(own.find(1, 9)).toEqual({ name: "Cisco-Thing", code: 1, vendorId: 9, type: "Unsigned32", isMandatory: false });
  expect(own.find(2, VENDOR_3GPP)?.type).toBe("Unsigned32");
  expect(own.find(263, 0)).toBe(definitionOf("Session-Id"));
});
