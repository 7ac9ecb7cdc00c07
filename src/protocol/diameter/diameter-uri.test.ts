import { expect, test } from "vitest";
import { parseDiameterUri } from "./diameter-uri.ts";

const PLAIN = { isSecure: false, host: "a.example", port: 3868, transport: "tcp", protocol: "diameter" };

test.each<[string, Partial<typeof PLAIN> | undefined, string]>([
  ["aaa://a.example", {}, "the host alone"],
  ["aaas://a.example", { isSecure: true, port: 5658 }, "TLS has a port of its own"],
  ["AAA://A.Example:6666", { port: 6666 }, "without regard to case"],
  ["aaa://a.example;transport=sctp", { transport: "sctp" }, "another transport"],
  [
    "aaa://a.example:1813;transport=udp;protocol=radius",
    { port: 1813, transport: "udp", protocol: "radius" },
    "all of it",
  ],
  ["http://a.example", undefined, "another scheme"],
  ["aaa://", undefined, "no host"],
  ["aaa://a.example:0", undefined, "no port"],
  ["aaa://a.example:65536", undefined, "nor is this"],
  ["aaa://a.example;protocol=sip", undefined, "no such protocol"],
  ["aaa://a.example/path", undefined, "a path has no meaning"],
])("%s (%#: %j)", (text, parts) => {
  expect(parseDiameterUri(text)).toEqual(parts && { ...PLAIN, ...parts });
});
