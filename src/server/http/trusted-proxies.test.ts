import Fastify from "fastify";
import { expect, test } from "vitest";
import { trustedProxies } from "./trusted-proxies.ts";

const CLIENT = "203.0.113.9";
const PROXY = "10.0.0.1";
const INNER = "10.0.0.2";
const VICTIM = "192.0.2.1";

/** Where a server that trusts `ranges` takes a request to come from. */
async function addressOf(ranges: readonly string[], peer: string, forwarded?: string): Promise<string> {
  const app = Fastify({ trustProxy: trustedProxies(ranges) });
  app.get("/", async ({ ip }) => ip);
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  const { body } = await app.inject({ url: "/", remoteAddress: peer, headers });
  return body;
}

test.each<[readonly string[], string, string | undefined, string, string]>([
  // trusted       connection  X-Forwarded-For                            comes from  why
  [[], CLIENT, VICTIM, CLIENT, "nobody is trusted unless it is said"],
  [["10.0.0.0/8"], CLIENT, VICTIM, CLIENT, "a client that connects by itself may write what it likes"],
  [["10.0.0.0/8"], PROXY, undefined, PROXY, "the proxy's own requests"],
  [["10.0.0.0/8"], PROXY, CLIENT, CLIENT, "what the proxy says"],
  [["10.0.0.0/8"], PROXY, `${VICTIM}, ${CLIENT}`, CLIENT, "what the client wrote stands before what the proxy saw"],
  [["10.0.0.0/8"], PROXY, `${VICTIM}, ${CLIENT}, ${INNER}`, CLIENT, "two proxies, one behind the other"],
  [["10.0.0.1"], PROXY, `${CLIENT}, ${INNER}`, INNER, "a proxy that is not named is a client"],
  [["10.0.0.0/8"], PROXY, "10.9.9.9", "10.9.9.9", "all of them trusted: the farthest"],
  [["10.0.0.0/8"], "::ffff:10.0.0.1", CLIENT, CLIENT, "an IPv4 proxy on an IPv6 socket"],
  [["fd00::/8"], "fd00::1", "2001:db8::9", "2001:db8::9", "IPv6"],
])("trusting %j, a connection from %s that says %s comes from %s: %s", async (ranges, peer, forwarded, address) => {
  expect(await addressOf(ranges, peer, forwarded)).toBe(address);
});

test("a range that is none stops the start", () => {
  expect(() => trustedProxies(["10.0.0.0/33"])).toThrow(/TOLLWRIGHT_HTTP_PROXIES.*10\.0\.0\.0\/33/);
});
