import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { NO_SESSION_LIMITS } from "./session-limits.ts";
import type { Trunk } from "./trunk.ts";
import { compileVendors } from "./vendor.ts";

const trunk = (id: string, name: string, rest: Partial<Trunk> = {}): Trunk => ({
  id,
  sourceId: null,
  name,
  accountId: `vendor of ${id}`,
  direction: "egress",
  numbers: null,
  whenDatabaseAway: null,
  limits: NO_SESSION_LIMITS,
  ...rest,
});

const vendors = compileVendors([
  trunk("t1", "carrierA"),
  trunk("t2", "carrierA", { sourceId: "s2" }),
  trunk("t3", "alice", { direction: "ingress" }),
]);

test.each<[string, string | null, string | null, string]>([
  // source  trunk       vendor's trunk  why
  ["s1", "carrierA", "t1", "a trunk of any source"],
  ["s2", "carrierA", "t2", "the source's own trunk first"],
  ["s1", "carrierB", null, "an unknown trunk"],
  ["s1", "alice", null, "an ingress trunk pays nobody"],
  ["s1", null, null, "the call stayed on the switch"],
])("%s %s leads to %s (%s)", (sourceId, name, trunkId) => {
  const vendor = vendors.vendorOf(sourceId, name);
  expect(vendor.kind === "account" ? vendor.trunkId : null).toBe(trunkId);
});

test("two egress trunks of one name and source are refused", () => {
  expect(() => compileVendors([trunk("t1", "carrierA"), trunk("t2", "carrierA")])).toThrow(Problem);
});
