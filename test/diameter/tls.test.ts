import type { ConnectionOptions } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { avpValue } from "../../src/protocol/diameter/find-avp.ts";
import { DiameterServer } from "../../src/server/diameter/diameter-server.ts";
import { peerSettings } from "../../src/server/diameter/peer-settings.ts";
import { TestAuthority } from "../support/test-authority.ts";
import { CLIENT_HOST, capabilitiesRequest, creditControlRequest, DiameterClient } from "./diameter-client.ts";
import { grant, NODE, resultCode } from "./server-under-test.ts";

let authority: TestAuthority;
let stranger: TestAuthority;
let server: DiameterServer;

beforeAll(async () => {
  authority = new TestAuthority();
  stranger = new TestAuthority();
  const { cert, key } = authority.certify(NODE.host);
  server = await DiameterServer.listen({
    ...{ host: "127.0.0.1", port: 0, tls: { port: 0, cert, key, ca: authority.ca } },
    ...{ node: NODE, alsoCalled: [], handler: grant, onNotice: () => undefined },
    peers: [peerSettings({ host: CLIENT_HOST, needsTls: true })],
  });
});

afterAll(async () => {
  await server.close();
  authority.remove();
  stranger.remove();
});

const clients: DiameterClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

const trusting = (): ConnectionOptions => ({ ca: authority.ca, servername: NODE.host });

async function reach(kind: "tcp" | "tls", options?: ConnectionOptions): Promise<DiameterClient> {
  const client = await DiameterClient.connect(server.portOf(kind) ?? 0, options);
  clients.push(client);
  return client;
}

test("a peer with a certificate for its host is served", async () => {
  const { cert, key } = authority.certify(CLIENT_HOST);
  const client = await reach("tls", { ...trusting(), cert, key });
  expect(resultCode(await client.ask(capabilitiesRequest()))).toBe(2001);
  const answer = await client.ask(creditControlRequest());
  expect(avpValue(avpValue(answer.avps, "Granted-Service-Unit") ?? [], "CC-Time")).toBe(30);
});

test("a certificate for another host makes nobody of it", async () => {
  const { cert, key } = authority.certify("other.test.example");
  const client = await reach("tls", { ...trusting(), cert, key });
  expect(resultCode(await client.ask(capabilitiesRequest()))).toBe(3010);
});

test.each<[string, () => ConnectionOptions]>([
  ["without a certificate", () => ({})],
  ["with one of another authority", () => stranger.certify(CLIENT_HOST)],
])("a peer %s is not greeted", async (_what, proof) => {
  const { cert, key } = { ...proof() };
  const client = await reach("tls", { ...trusting(), ...(cert && key ? { cert, key } : {}) });
  expect(await client.next()).toBeUndefined();
});

test("a peer that has to come over TLS is not taken without", async () => {
  const client = await reach("tcp");
  expect(resultCode(await client.ask(capabilitiesRequest()))).toBe(3010);
});
