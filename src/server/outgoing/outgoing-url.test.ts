import { expect, test } from "vitest";
import { outgoingPolicy } from "./outgoing-policy.ts";
import { readOutgoingUrl } from "./outgoing-url.ts";

const STRICT = outgoingPolicy([]);
const OWN = outgoingPolicy(["10.1.0.0/16", "fd00:1::/32"]);

test.each<[string, string, RegExp, string]>([
  // what is tried, url, what is said of it, why
  ["plain HTTP", "http://93.184.216.34/", /not encrypted/, "who is on the way reads and changes it"],
  ["another protocol", "ftp://example.com/", /neither https/, ""],
  ["a file", "file:///etc/passwd", /neither https/, ""],
  ["gopher", "gopher://127.0.0.1:6379/_FLUSHALL", /neither https/, "speaks to anything"],
  ["a password", "https://user:pass@example.com/", /user or a password/, "they end in logs"],
  ["a user that looks like a host", "https://example.com@127.0.0.1/", /user or a password/, ""],
  ["a fragment", "https://example.com/#x", /behind #/, ""],
  ["no URL", "example.com/hook", /no URL/, ""],
  ["nothing", "", /blanks|no URL/, ""],
  ["a line end", "https://example.com/\r\nHost: evil", /blanks/, "would begin a header"],
  ["a tab", "https://exam\tple.com/", /blanks/, "parsers drop it"],
  ["letters beyond ASCII", "https://ⓔxample.com/", /not of ASCII/, "become others"],
  ["too long", `https://example.com/${"x".repeat(2_048)}`, /more than 2048/, ""],
  ["mail", "https://example.com:25/", /port 25/, "an SMTP server reads lines"],
  ["SSH", "https://example.com:22/", /port 22/, ""],
  ["loopback", "https://127.0.0.1/", /public network/, ""],
  ["loopback as one number", "https://2130706433/", /public network/, "odd notation"],
  ["loopback in hexadecimal", "https://0x7f.0x1/", /public network/, "odd notation"],
  ["loopback in octal", "https://0177.0.0.1/", /public network/, "odd notation"],
  ["loopback, shortened", "https://127.1/", /public network/, "odd notation"],
  ["loopback in wide digits, escaped", "https://%31%32%37.0.0.1/", /public network/, "odd notation"],
  ["loopback in IPv6", "https://[::1]/", /public network/, ""],
  ["loopback mapped", "https://[::ffff:127.0.0.1]/", /public network/, ""],
  ["metadata", "https://169.254.169.254/latest/meta-data/", /public network/, "keys of the cloud"],
  ["nothing as an address", "https://0/", /public network/, "0.0.0.0"],
])("%s is refused: %s", (_what, url, said) => {
  expect(() => readOutgoingUrl(url, STRICT)).toThrow(said);
  expect(() => readOutgoingUrl(url, STRICT)).toThrow(expect.objectContaining({ code: "outgoing-url-refused" }));
});

test.each<[string, string, string]>([
  // url, its plain form, why
  ["https://example.com/hook?a=b", "https://example.com/hook?a=b", ""],
  ["https://EXAMPLE.com:443", "https://example.com/", "the plain form"],
  ["https://example.com:8443/", "https://example.com:8443/", "ports from 1024 on"],
  ["https://0x5db8d822/", "https://93.184.216.34/", "an odd notation of a public address becomes the plain one"],
])("%s is taken as %s", (url, plain) => {
  expect(readOutgoingUrl(url, STRICT).href).toBe(plain);
});

test("what is allowed may be called by plain HTTP too, and nothing beside it", () => {
  expect(readOutgoingUrl("http://10.1.2.3:8080/", OWN).href).toBe("http://10.1.2.3:8080/");
  expect(readOutgoingUrl("http://[fd00:1::5]/", OWN).href).toBe("http://[fd00:1::5]/");
  expect(() => readOutgoingUrl("http://10.2.0.1/", OWN)).toThrow(/public network/);
  expect(() => readOutgoingUrl("http://93.184.216.34/", OWN)).toThrow(/not encrypted/);
});
