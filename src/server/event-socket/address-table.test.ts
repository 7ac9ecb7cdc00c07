import { expect, test } from "vitest";
import { AddressTable } from "./address-table.ts";

const table = new AddressTable([
  ["net", ["192.0.2.0/24", "nonsense"]],
  ["host", ["192.0.2.7", "2001:db8::/32"]],
  ["late", ["192.0.2.7"]],
]);

test.each<[string, string | undefined, string]>([
  ["192.0.2.8", "net", "in the range"],
  ["192.0.2.7", "host", "the narrowest range counts, and of two alike the first"],
  ["::ffff:192.0.2.8", "net", "an IPv4 address as a socket of both families has it"],
  ["2001:db8::5", "host", "IPv6"],
  ["198.51.100.1", undefined, "nobody's"],
  ["fs1", undefined, "no address"],
])("%s is of %s: %s", (address, owner) => {
  expect(table.at(address)).toBe(owner);
});
