import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CODES } from "../../src/protocol/radius/packet.ts";
import { PacketSplitter } from "../../src/protocol/radius/packet-splitter.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { listenRadsec, type RadsecListener } from "../../src/server/radius/listen-radsec.ts";
import type { RadiusClient } from "../../src/server/radius/radius-client.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { freePort } from "../support/free-port.ts";
import { TestAuthority } from "../support/test-authority.ts";
import { hasRadclient, radclient } from "./radclient.ts";
import { radiusClient, requestOctets } from "./radius-peer.ts";
import { hasRadsecproxy, radsecproxy } from "./radsecproxy.ts";

const authority = new TestAuthority();
const strangers = new TestAuthority();
const [ours, theirs] = [authority.certify("radius.test"), authority.certify("edge.test")];
const secret = new TextEncoder().encode("radsec");

let responder: Responder;
let listener: RadsecListener;
let edge: RadiusClient;
const asked: string[] = [];
const known = new Set<RadiusClient>();

beforeEach(() => {
  asked.length = 0;
});

afterEach(async () => listener.close());

afterAll(() => {
  authority.remove();
  strangers.remove();
});

async function listen(client: Partial<RadiusClient> = {}): Promise<void> {
  known.clear();
  edge = radiusClient(client);
  responder = new Responder({
    clients: new ClientTable([edge]),
    onDrop: () => undefined,
    handler: {
      async authorise({ user }, { client }) {
        asked.push(user);
        known.add(client);
        return { kind: "accept", talkS: 77 };
      },
      async account({ sessionKey }) {
        asked.push(sessionKey ?? "");
        return "accepted";
      },
    },
  });
  const { cert, key } = ours;
  listener = await listenRadsec(responder, { host: "127.0.0.1", port: 0, cert, key, ca: authority.ca });
}

/** A connection with a certificate of its own. */
async function connected({ cert, key } = theirs): Promise<TLSSocket> {
  const socket = connect({
    host: "127.0.0.1",
    port: listener.port,
    ca: authority.ca,
    cert,
    key,
    servername: "radius.test",
  });
  socket.on("error", () => undefined); // the server ended it
  await once(socket, "secureConnect");
  return socket;
}

/** Ended by the other side, politely or not. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once("close", () => resolve()));

async function answers(socket: TLSSocket, count: number): Promise<Uint8Array[]> {
  const splitter = new PacketSplitter();
  const packets: Uint8Array[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    packets.push(...splitter.push(chunk));
    if (packets.length >= count) break;
  }
  return packets;
}

const access = (identifier: number) =>
  requestOctets({ name: "Access-Request", identifier, secret, attributes: [["User-Name", `user-${identifier}`]] });
const record = requestOctets({
  ...{ name: "Accounting-Request", identifier: 9, secret },
  attributes: [
    ["Acct-Status-Type", "Start"],
    ["Acct-Session-Id", "s-1"],
    ["NAS-IP-Address", "10.0.0.1"],
  ],
});

describe("RADIUS over TLS", () => {
  test("has authorisation and accounting on one connection, its packets cut as the stream likes", async () => {
    await listen();
    const socket = await connected();
    const stream = Buffer.concat([access(1), record, access(2)]);
    socket.write(stream.subarray(0, 30));
    socket.write(stream.subarray(30));
    const replies = await answers(socket, 3);
    expect(replies.map(([code, identifier]) => [code, identifier]).sort()).toEqual([
      [CODES["Access-Accept"], 1],
      [CODES["Access-Accept"], 2],
      [CODES["Accounting-Response"], 9],
    ]);
    expect(asked.sort()).toEqual(["10.0.0.1/s-1", "user-1", "user-2"]);
    expect([...known]).toHaveLength(1);
    expect(known.has(edge)).toBe(true); // the very client that the table has: what is known of it is found again
  });

  test("ends a connection whose stream can't be read on", async () => {
    await listen();
    const socket = await connected();
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await closed(socket);
    expect([...responder.dropped]).toEqual([["stream-broken", 1]]);
  });

  test("refuses a certificate that the authority does not vouch for, and one without", async () => {
    await listen();
    for (const files of [strangers.certify("edge.test"), {}]) {
      const options = { host: "127.0.0.1", port: listener.port, ca: authority.ca, servername: "radius.test" };
      const socket = connect({ ...options, ...files });
      socket.on("error", () => undefined);
      socket.resume();
      await closed(socket);
    }
    await vi.waitFor(() => expect([...responder.dropped]).toEqual([["tls-refused", 2]]));
    expect(asked).toEqual([]);
  });

  test("takes a certificate only under the name that the client's settings ask for", async () => {
    await listen({ certificateName: "other.test" });
    const socket = await connected();
    socket.resume();
    await closed(socket);
    expect([...responder.dropped]).toEqual([["certificate-name", 1]]);
    responder.clients = new ClientTable([radiusClient({ certificateName: "edge.test" })]);
    const again = await connected();
    again.write(access(1));
    expect(await answers(again, 1)).toHaveLength(1);
  });

  test("does no handshake with an address that nobody has", async () => {
    await listen({ ranges: ["10.0.0.0/8"] });
    const socket = connectTcp(listener.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    await closed(socket);
    expect(responder.dropped.get("client-unknown")).toBe(1);
    expect(responder.dropped.has("tls-refused")).toBe(false);
  });

  test.skipIf(!hasRadsecproxy() || !hasRadclient())("is spoken by Debian's radsecproxy", async () => {
    await listen({ certificateName: "edge.test" });
    const port = await freePort();
    const stop = await radsecproxy({ port, behind: listener.port, caFile: authority.caFile, ...theirs });
    const request = 'User-Name = "alice"\nUser-Password = "secret"\nMessage-Authenticator = 0x00\n';
    const accepted = await radclient({ port, command: "auth", request });
    const start = 'User-Name = "alice"\nAcct-Status-Type = Start\nAcct-Session-Id = "s-1"\nNAS-IP-Address = 10.0.0.1\n';
    const acknowledged = await radclient({ port, command: "acct", request: start });
    await stop();
    expect(accepted.output).toContain("Session-Timeout = 77");
    expect(acknowledged.output).toContain("Received Accounting-Response");
    expect(asked).toEqual(["alice", "10.0.0.1/s-1"]);
  });
});
