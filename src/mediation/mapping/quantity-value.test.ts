import { expect, test } from "vitest";
import { Slots } from "./fields.ts";
import { JsonNode } from "./json-node.ts";
import { compileConsumed } from "./quantity-value.ts";

const MAPPING = {
  service: { column: "kind", map: { GPRS: "data", SMS: "sms", CALL: "voice" } },
  quantity: { columns: ["up", "down"], unit: "kB" },
};

/** What a record of these columns has used. */
function consumed(mapping: object, columns: Readonly<Record<string, string>>) {
  const slots = new Slots();
  const read = compileConsumed(new JsonNode(mapping), slots);
  return read({ text: (slot) => columns[String(slots.all[slot]?.ref)] ?? "", identity: () => "" });
}

test.each<[object, Readonly<Record<string, string>>, object | null, string]>([
  // mapping  columns                                what                                   why
  [MAPPING, { kind: "CALL" }, null, "a call"],
  [{}, {}, null, "a mapping without a service has calls alone"],
  [MAPPING, { kind: "GPRS", up: "1.5", down: "2" }, { service: "data", quantity: 3_500 }, "both ways together"],
  [MAPPING, { kind: "GPRS", down: "2" }, { service: "data", quantity: 2_000 }, "one way alone"],
  [MAPPING, { kind: "GPRS" }, { code: "quantity-invalid" }, "data that does not say how much"],
  [MAPPING, { kind: "GPRS", up: "-1" }, { code: "quantity-invalid" }, "less than nothing"],
  [MAPPING, { kind: "SMS" }, { service: "sms", quantity: 1 }, "a message is one"],
  [
    MAPPING,
    { kind: "SMS", up: "3" },
    { service: "sms", quantity: 3 },
    "a long message is several, whatever the unit of data",
  ],
  [MAPPING, { kind: "FAX" }, { code: "value-invalid" }, "an unknown service"],
  [
    { service: { constant: "data" }, quantity: "octets" },
    { octets: "42" },
    { service: "data", quantity: 42 },
    "octets",
  ],
])("%j of %j: %j (%s)", (mapping, columns, what) => {
  if (what === null) expect(consumed(mapping, columns)).toBeNull();
  else expect(consumed(mapping, columns)).toMatchObject(what);
});
