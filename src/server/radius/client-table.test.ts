import { expect, test } from "vitest";
import { CLIENT_PROFILES } from "../../protocol/radius/client-profile.ts";
import { ClientTable } from "./client-table.ts";

const client = (name: string, ...ranges: string[]) => ({
  ...{
    name,
    ranges,
    secret: new Uint8Array(1),
    profile: CLIENT_PROFILES.rfc,
    needsMessageAuthenticator: true,
    certificateName: null,
  },
  ...{ whenBusy: "reject" as const, dynamicAuthorization: { address: null, port: 3799 } },
});

const TABLE = new ClientTable([
  client("net", "10.0.0.0/8", "2001:db8::/32"),
  client("edge", "10.0.0.7", "10.1.0.0/16"),
  client("late", "10.0.0.0/8", "not an address"),
  client("six", "2001:db8::7"),
]);

test.each<[string, string | undefined, string]>([
  // address, client, why
  ["10.2.0.1", "net", "its range; of two with the same one the first"],
  ["10.0.0.7", "edge", "an address is longer than a range"],
  ["10.1.2.3", "edge", "the longer range"],
  ["::ffff:10.1.2.3", "edge", "the same address as a socket for both families writes it"],
  ["2001:db8::8", "net", "IPv6"],
  ["2001:db8::7", "six", "IPv6, the longer range"],
  ["fe80::1%eth0", undefined, "nobody's"],
  ["192.0.2.1", undefined, "nobody's"],
  ["", undefined, "no address"],
])("%s is %s (%s)", (address, name) => {
  expect(TABLE.at(address)?.name).toBe(name);
});
