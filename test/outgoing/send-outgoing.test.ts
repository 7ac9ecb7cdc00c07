import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OutgoingPolicy } from "../../src/server/outgoing/outgoing-policy.ts";
import { readOutgoingUrl } from "../../src/server/outgoing/outgoing-url.ts";
import { sendOutgoing } from "../../src/server/outgoing/send-outgoing.ts";
import { freePort } from "../support/free-port.ts";
import { TestAuthority } from "../support/test-authority.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";

const authority = new TestAuthority();
let plain: WebhookReceiver;
let secure: WebhookReceiver;

beforeAll(async () => {
  plain = await WebhookReceiver.listen();
  secure = await WebhookReceiver.listen(authority.certify("hooks.example.com"));
});
afterAll(async () => {
  await plain.close();
  await secure.close();
  authority.remove();
});

const leadingTo =
  (...addresses: string[]) =>
  async () =>
    addresses;
const LOOPBACK: OutgoingPolicy = { allowed: ["127.0.0.1"], resolve: leadingTo("127.0.0.1") };

const send = (policy: OutgoingPolicy, url: string, timeoutMs = 5_000) =>
  sendOutgoing(policy, {
    ...{ method: "POST", url: readOutgoingUrl(url, policy), headers: { "x-of": "test" }, body: Buffer.from("body") },
    ...{ timeoutMs, bodyBytesMax: 10 },
  });

test.each<[string, Partial<OutgoingPolicy>, RegExp, string]>([
  // what the name leads to, policy, what is said, why
  ["loopback", { allowed: [], resolve: leadingTo("127.0.0.1") }, /not in the public network/, "the machine itself"],
  ["metadata", { allowed: [], resolve: leadingTo("169.254.169.254") }, /not in the public network/, "the cloud's keys"],
  [
    "one good and one bad",
    { resolve: leadingTo("127.0.0.1", "10.0.0.1") },
    /not in the public network/,
    "either may be taken",
  ],
  ["loopback in IPv6", { resolve: leadingTo("::1") }, /not in the public network/, "only 127.0.0.1 is allowed"],
  ["IPv4 mapped", { allowed: [], resolve: leadingTo("::ffff:127.0.0.1") }, /not in the public network/, ""],
  ["nothing", { resolve: leadingTo() }, /no address/, ""],
])("a name that leads to %s is not called", async (_what, changes, said) => {
  const before = plain.received.length;
  const answer = await send({ ...LOOPBACK, ...changes }, `http://hooks.example.com:${plain.port}/`);
  expect(answer).toEqual({ kind: "failed", what: expect.stringMatching(said) });
  expect(plain.received).toHaveLength(before);
});

test("a name is looked up once, and what was checked is what is called: it may lead elsewhere the next moment", async () => {
  const answers = [["127.0.0.1"], ["127.0.0.9"]];
  const policy = { allowed: ["127.0.0.1"], resolve: async () => answers.shift() ?? [] };
  const first = await send(policy, `http://hooks.example.com:${plain.port}/`);
  expect(first).toMatchObject({ kind: "answered", status: 200 });
  expect(plain.received.at(-1)).toMatchObject({ body: "body", headers: { host: `hooks.example.com:${plain.port}` } });
  expect(await send(policy, `http://hooks.example.com:${plain.port}/`)).toMatchObject({ kind: "failed" });
  expect(answers).toEqual([]);
});

test("plain HTTP into the public network is not spoken, whatever the name says first", async () => {
  const policy = { allowed: ["127.0.0.1"], resolve: leadingTo("93.184.216.34") };
  expect(await send(policy, "http://hooks.example.com/")).toEqual({
    ...{ kind: "failed", what: expect.stringMatching(/not encrypted/) },
  });
});

test("TLS: the certificate has to be good, and of the name that is called", async () => {
  const trusting = { ...LOOPBACK, authorities: authority.ca };
  const url = (host: string) => `https://${host}:${secure.port}/hook`;
  expect(await send(trusting, url("hooks.example.com"))).toMatchObject({ kind: "answered", status: 200 });
  expect(await send(trusting, url("other.example.com"))).toMatchObject({ what: expect.stringMatching(/altnames/) });
  expect(await send(LOOPBACK, url("hooks.example.com"))).toMatchObject({
    what: expect.stringMatching(/certificate/),
  });
  expect(await send(LOOPBACK, `https://hooks.example.com:${plain.port}/`)).toMatchObject({ kind: "failed" });
});

test("who does not answer in time is left, whether the name, the connection or the answer is slow", async () => {
  const late = { kind: "failed", what: "It took longer than 0.2 s." };
  const slowName = { ...LOOPBACK, resolve: () => new Promise<readonly string[]>(() => undefined) };
  expect(await send(slowName, `http://hooks.example.com:${plain.port}/`, 200)).toEqual(late);
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  expect(await send(LOOPBACK, `http://hooks.example.com:${port}/`, 200)).toEqual(late);
  silent.close();
});

test("nobody there", async () => {
  expect(await send(LOOPBACK, `http://hooks.example.com:${await freePort()}/`)).toEqual({
    ...{ kind: "failed", what: "The connection was refused." },
  });
});

test("an answer's body is read as far as it is asked for", async () => {
  plain.answers((response) => response.end("more than ten octets"));
  const answer = await send(LOOPBACK, `http://hooks.example.com:${plain.port}/`);
  expect(answer).toMatchObject({ kind: "answered", isWhole: false });
  expect(answer.kind === "answered" && answer.body.toString()).toBe("more than ");
});
