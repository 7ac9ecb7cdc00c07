import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { checkGrammar } from "../../src/protocol/diameter/check-grammar.ts";
import { COMMAND, REQUEST_GRAMMARS } from "../../src/protocol/diameter/command.ts";
import { avpValue, avpValues } from "../../src/protocol/diameter/find-avp.ts";
import { DiameterServer } from "../../src/server/diameter/diameter-server.ts";
import { peerSettings } from "../../src/server/diameter/peer-settings.ts";
import {
  CLIENT_HOST,
  capabilitiesRequest,
  creditControlRequest,
  disconnectRequest,
  origin,
  watchdogRequest,
} from "./diameter-client.ts";
import { expectInOrder, failed, grant, NODE, open, reach, resultCode, start } from "./server-under-test.ts";

describe("a peer", () => {
  test("is greeted with credit control, its watchdog answered, its leave taken", async () => {
    const { server, port } = await start();
    const client = await reach(port);
    const greeted = await client.ask(capabilitiesRequest());
    expectInOrder(greeted);
    expect(resultCode(greeted)).toBe(2001);
    expect(avpValues(greeted.avps, "Auth-Application-Id")).toEqual([4]);
    expect(avpValue(greeted.avps, "Host-IP-Address")).toEqual({ family: 1, text: "127.0.0.1" });
    expect(server.connectedPeers).toEqual([CLIENT_HOST]);
    const watched = await client.ask(watchdogRequest());
    expectInOrder(watched);
    expect(avpValue(watched.avps, "Origin-State-Id")).toBe(7);
    const left = await client.ask(disconnectRequest());
    expectInOrder(left);
    expect(resultCode(left)).toBe(2001);
    expect(await client.next()).toBeUndefined();
    expect(server.connectedPeers).toEqual([]);
  });

  test.each<[string, number, string]>([
    ["nobody.test.example", 3010, "unknown to us"],
    ["GW.Test.Example", 2001, "names are compared without regard to case"],
  ])("that is called %s is answered %i (%s)", async (host, code) => {
    const { port } = await start();
    const client = await reach(port);
    const answer = await client.ask(capabilitiesRequest(host));
    expect(resultCode(answer)).toBe(code);
    if (code !== 2001) expect(await client.next()).toBeUndefined();
  });

  test("that speaks other applications alone is answered 5010", async () => {
    const { port } = await start();
    const client = await reach(port);
    expect(resultCode(await client.ask(capabilitiesRequest(CLIENT_HOST, 16777238)))).toBe(5010);
    expect(await client.next()).toBeUndefined();
  });

  test("that leaves out what a CER has to have is answered 5005, which is shown", async () => {
    const { port } = await start();
    const client = await reach(port);
    const { header, avps } = capabilitiesRequest();
    const answer = await client.ask({
      header,
      avps: avps.filter(({ definition }) => definition?.name !== "Vendor-Id"),
    });
    expectInOrder(answer);
    expect(resultCode(answer)).toBe(5005);
    expect(failed(answer).map(({ definition }) => definition?.name)).toEqual(["Vendor-Id"]);
    expect(await client.next()).toBeUndefined();
  });

  test("may name credit control as 3GPP's alone, as Kamailio does", async () => {
    const { port } = await start();
    const client = await reach(port);
    const { header, avps } = capabilitiesRequest();
    const vendors = avp("Vendor-Specific-Application-Id", [avp("Vendor-Id", 10415), avp("Auth-Application-Id", 4)]);
    expect(resultCode(await client.ask({ header, avps: [...avps.slice(0, -1), vendors] }))).toBe(2001);
  });

  test("of another realm than its own, or from another address, is nobody's", async () => {
    const peers = [
      peerSettings({ host: CLIENT_HOST, realm: "other.example" }),
      peerSettings({ host: "far.test.example", addresses: ["192.0.2.9"] }),
    ];
    const { port } = await start(grant, {}, peers);
    for (const host of [CLIENT_HOST, "far.test.example"])
      expect(resultCode(await (await reach(port)).ask(capabilitiesRequest(host)))).toBe(3010);
  });

  test("that connects again gets its place when the first connection is dead, and not while it answers", async () => {
    const { server, port } = await start(grant, { requestMs: 100 });
    const first = await open(port);
    const second = await reach(port);
    second.send(capabilitiesRequest());
    const probe = await first.next();
    expect(probe?.header.commandCode).toBe(COMMAND.deviceWatchdog);
    first.answer(probe!, [avp("Result-Code", 2001), ...origin()]);
    expect(resultCode((await second.next())!)).toBe(5012);
    const third = await reach(port);
    expect(resultCode(await third.ask(capabilitiesRequest()))).toBe(2001); // the first is silent this time
    expect((await first.next())?.header.commandCode).toBe(COMMAND.deviceWatchdog);
    expect(await first.next()).toBeUndefined();
    expect(server.connectedPeers).toEqual([CLIENT_HOST]);
  });

  test("that says nothing is asked, and let go when it does not answer", async () => {
    const { server, port, notices } = await start(grant, { watchdogMs: 20 });
    const client = await open(port);
    const gone = once(notices, "disconnected");
    const question = await client.next();
    expect(question?.header.commandCode).toBe(COMMAND.deviceWatchdog);
    const grammar = REQUEST_GRAMMARS.get(COMMAND.deviceWatchdog);
    expect(grammar && checkGrammar(question!.avps, grammar)).toBeUndefined();
    expect(await client.next()).toBeUndefined();
    await gone;
    expect(server.counts.get("disconnected")).toBe(1);
  });

  test("is taken leave of when the server ends", async () => {
    const { server, port } = await start();
    const client = await open(port);
    const closing = server.close();
    const leave = await client.next();
    expect(leave?.header.commandCode).toBe(COMMAND.disconnectPeer);
    expect(avpValue(leave?.avps ?? [], "Disconnect-Cause")).toBe(0);
    client.answer(leave!, [avp("Result-Code", 2001), ...origin()]);
    expect(await client.next()).toBeUndefined();
    await closing;
  });
});

describe("a connection", () => {
  test("without a CER is ended in time", async () => {
    const { server, port } = await start(grant, { capabilitiesMs: 20 });
    const client = await reach(port);
    expect(await client.next()).toBeUndefined();
    expect(server.counts.get("no-capabilities-in-time")).toBe(1);
  });

  test("that begins with anything else is ended", async () => {
    const { port } = await start();
    for (const bytes of ["GET / HTTP/1.1\r\nHost: ocs.test.example\r\n\r\n", "\x16\x03\x01\x00\xe0\x01".repeat(4)]) {
      const client = await reach(port);
      client.socket.write(bytes, "latin1");
      expect(await client.next()).toBeUndefined();
    }
    const client = await reach(port);
    client.send(creditControlRequest());
    expect(await client.next()).toBeUndefined();
  });

  test("from an address that is no peer's is ended unread", async () => {
    const { server, port } = await start(grant, {}, [peerSettings({ host: CLIENT_HOST, addresses: ["192.0.2.9"] })]);
    const client = await reach(port);
    expect(await client.next()).toBeUndefined();
    expect(server.counts.get("stranger")).toBe(1);
  });

  test("is one of a bounded number that are nobody's yet", async () => {
    const { server, port } = await start(grant, { nobodysMax: 2 });
    const held = [await reach(port), await reach(port)];
    const third = await reach(port);
    expect(await third.next()).toBeUndefined();
    expect(server.counts.get("too-many-connections")).toBe(1);
    expect(resultCode(await held[0]!.ask(capabilitiesRequest()))).toBe(2001);
    expect(resultCode(await (await reach(port)).ask(capabilitiesRequest("relay.test.example")))).toBe(2001);
  });

  test("whose stream breaks is answered 5015 and ended", async () => {
    const { port } = await start();
    const client = await open(port);
    client.socket.write(Buffer.from("0100000580000110000000040000000100000002", "hex"));
    const answer = await client.next();
    expectInOrder(answer!);
    expect(resultCode(answer!)).toBe(5015);
    expect(await client.next()).toBeUndefined();
  });

  test("may be cut in half by the peer in the middle of a message", async () => {
    const { server, port, notices } = await start();
    const client = await open(port);
    const gone = once(notices, "disconnected");
    client.socket.end(Buffer.from("010000ff80", "hex"));
    expect(await client.next()).toBeUndefined();
    await gone;
    expect(server.connectedPeers).toEqual([]);
  });
});
test("peers that are changed are others at once: one that is gone is taken leave of, a new one is let in", async () => {
  const { server, port } = await start();
  const client = await open(port);
  const changed = server.changePeers([peerSettings({ host: "new.test.example" })]);
  const leave = await client.next();
  expect(leave?.header.commandCode).toBe(COMMAND.disconnectPeer);
  expect(avpValue(leave?.avps ?? [], "Disconnect-Cause")).toBe(2);
  client.socket.end();
  await changed;
  expect(resultCode(await (await reach(port)).ask(capabilitiesRequest()))).toBe(3010);
  await open(port, "new.test.example");
  expect(server.connectedPeers).toEqual(["new.test.example"]);
});
test("a port that is taken is a problem", async () => {
  const { port } = await start();
  const taken = DiameterServer.listen({
    ...{ host: "127.0.0.1", port, tls: null, node: NODE, alsoCalled: [], peers: [], handler: grant },
    onNotice: () => undefined,
  });
  await expect(taken).rejects.toMatchObject({ code: "diameter-not-listening" });
});

test("a flood of connections that say nothing leaves nothing behind", async () => {
  const { server, port } = await start(grant, { nobodysMax: 10 });
  const sockets = Array.from({ length: 200 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  await Promise.all(sockets.slice(10).map((socket) => once(socket, "close")));
  for (const socket of sockets) socket.destroy();
  expect(server.counts.get("too-many-connections")).toBe(190);
});
