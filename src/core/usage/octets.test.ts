import { expect, test } from "vitest";
import { parseOctets } from "./octets.ts";

test.each<[string, number | undefined, string]>([
  // text    octets  why
  ["1500", 1_500, "a number is of octets"],
  ["100 kB", 100_000, "a thousand each"],
  ["100kB", 100_000, "the space is free"],
  ["1 KiB", 1_024, "binary says so"],
  ["2.5 GB", 2_500_000_000, "a fraction that comes out whole"],
  ["1 GiB", 1_073_741_824, "binary gigabytes"],
  ["0.5 B", undefined, "half an octet"],
  ["1 KB", undefined, "nobody knows whether that is 1000 or 1024"],
  ["9007199254740991", Number.MAX_SAFE_INTEGER, "as many as can be counted"],
  ["9007199254740992", undefined, "one more"],
  ["-1", undefined, "less than none"],
  ["", undefined, "nothing"],
])("%s: %s (%s)", (text, octets) => {
  expect(parseOctets(text)).toBe(octets);
});
