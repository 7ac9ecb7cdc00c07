import { describe, expect, test } from "vitest";
import type { Avp } from "../../src/protocol/diameter/avp.ts";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { checkGrammar } from "../../src/protocol/diameter/check-grammar.ts";
import { COMMAND, REQUEST_GRAMMARS } from "../../src/protocol/diameter/command.ts";
import type { CreditControlAnswer } from "../../src/protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest } from "../../src/protocol/diameter/credit-control-request.ts";
import { avpValue, avpValues } from "../../src/protocol/diameter/find-avp.ts";
import type { DiameterMessage } from "../../src/protocol/diameter/read-message.ts";
import { peerSettings } from "../../src/server/diameter/peer-settings.ts";
import { CLIENT_HOST, creditControlRequest, origin, watchdogRequest } from "./diameter-client.ts";
import { expectInOrder, failed, GRANT, grant, NODE, open, resultCode, start } from "./server-under-test.ts";

describe("a credit-control request", () => {
  test("is handed over, and its answer sent back", async () => {
    const seen: CreditControlRequest[] = [];
    const { port } = await start({
      charge: async (request) => {
        seen.push(request);
        return GRANT;
      },
    });
    const client = await open(port);
    const request = creditControlRequest({ number: 3, type: 2 }, [avp("Requested-Service-Unit", [avp("CC-Time", 60)])]);
    const answer = await client.ask(request);
    expectInOrder(answer);
    expect(seen).toMatchObject([{ type: "update", number: 3, services: [{ requested: { timeS: 60 } }] }]);
    expect(avpValue(avpValue(answer.avps, "Granted-Service-Unit") ?? [], "CC-Time")).toBe(30);
    expect(answer.header).toMatchObject({ isProxiable: true, isError: false, hopByHopId: 2, endToEndId: 0x1002 });
  });

  test.each<[string, Partial<Parameters<typeof creditControlRequest>[2]>, readonly Avp[], number, string]>([
    ["an unknown command", { commandCode: 271 }, [], 3001, "accounting is another program's"],
    ["another application", { applicationId: 16777238 }, [], 3007, "Gx"],
    ["a request that has been here", {}, [avp("Route-Record", NODE.host)], 3005, "a loop of relays"],
    ["the E flag", { isError: true }, [], 3008, "no request has failed yet"],
    ["another host", {}, [avp("Destination-Host", "other.test.example")], 3002, "nothing is relayed"],
    ["the name that peers call us by", {}, [avp("Destination-Host", "localhost")], 2001, "as set up"],
    ["a result", {}, [avp("Result-Code", 2001)], 5008, "that is for answers"],
    ["two numbers", {}, [avp("CC-Request-Number", 1)], 5009, "which one?"],
    ["the same number twice", {}, [avp("CC-Request-Number", 0)], 2001, "Kamailio says its name twice"],
  ])("with %s is answered %j", async (_name, header, more, code) => {
    const { port } = await start();
    const client = await open(port);
    const answer = await client.ask(creditControlRequest({}, more, header));
    expectInOrder(answer);
    expect(resultCode(answer)).toBe(code);
    expect(resultCode(await client.ask(watchdogRequest()))).toBe(2001); // and the connection is well
  });

  test("for another realm is answered 3003", async () => {
    const { port } = await start();
    const client = await open(port);
    const { header, avps } = creditControlRequest();
    const elsewhere = avps.map((each) =>
      each.definition?.name === "Destination-Realm" ? avp("Destination-Realm", "elsewhere.example") : each,
    );
    expect(resultCode(await client.ask({ header, avps: elsewhere }))).toBe(3003);
  });

  test("without something that it needs is answered 5005, which is shown", async () => {
    const { port } = await start();
    const client = await open(port);
    const { header, avps } = creditControlRequest();
    for (const name of ["CC-Request-Type", "CC-Request-Number", "Service-Context-Id"] as const) {
      const answer = await client.ask({ header, avps: avps.filter(({ definition }) => definition?.name !== name) });
      expectInOrder(answer);
      expect(resultCode(answer)).toBe(5005);
      expect(failed(answer).map(({ definition }) => definition?.name)).toEqual([name]);
    }
  });

  test("without Auth-Application-Id is taken, as every one of Kamailio's is", async () => {
    const { port } = await start();
    const client = await open(port);
    const { header, avps } = creditControlRequest();
    const without = avps.filter(({ definition }) => definition?.name !== "Auth-Application-Id");
    expect(resultCode(await client.ask({ header, avps: without }))).toBe(2001);
  });

  test("with an AVP that nobody knows is answered 5001, or taken where the peer is let off", async () => {
    const unknown = { code: 65_000, vendorId: 0, isMandatory: true, isProtected: false, definition: undefined };
    const more = [{ ...unknown, value: Buffer.from("abcd") }];
    const peers = [
      peerSettings({ host: CLIENT_HOST }),
      peerSettings({ host: "relay.test.example", passesUnknownAvps: true }),
    ];
    const { port } = await start(grant, {}, peers);
    const refused = await (await open(port)).ask(creditControlRequest({}, more));
    expect(resultCode(refused)).toBe(5001);
    expect(failed(refused)).toMatchObject([{ code: 65_000, isMandatory: true }]);
    expect(resultCode(await (await open(port, "relay.test.example")).ask(creditControlRequest({}, more)))).toBe(2001);
  });

  test("gets back what relays put in", async () => {
    const proxies = ["a", "b"].map((host) =>
      avp("Proxy-Info", [avp("Proxy-Host", host), avp("Proxy-State", Buffer.from(`state of ${host}`))]),
    );
    const { port } = await start();
    const client = await open(port);
    const hosts = (answer: DiameterMessage) =>
      avpValues(answer.avps, "Proxy-Info").map((info) => avpValue(info, "Proxy-Host"));
    expect(hosts(await client.ask(creditControlRequest({}, proxies)))).toEqual(["a", "b"]);
    expect(hosts(await client.ask(creditControlRequest({ type: 9 }, proxies)))).toEqual(["a", "b"]);
  });

  test("that comes again, over another connection too, is decided once", async () => {
    let decided = 0;
    const { server, port } = await start({
      charge: async () => {
        decided += 1;
        return GRANT;
      },
    });
    const client = await open(port);
    const relay = await open(port, "relay.test.example");
    const first = await client.ask(creditControlRequest({}, [], { hopByHopId: 11, endToEndId: 99 }));
    const again = creditControlRequest({}, [], { hopByHopId: 12, endToEndId: 99, isRetransmission: true });
    const second = await relay.ask(again);
    expect(decided).toBe(1);
    expect(second.header).toEqual({ ...first.header, hopByHopId: 12 });
    expect(second.avps).toEqual(first.avps);
    expect(server.counts.get("request-repeated")).toBe(1);
    await client.ask(creditControlRequest({ number: 1, type: 2 }, [], { endToEndId: 99 })); // a peer that counts anew
    expect(decided).toBe(2);
  });

  test("beyond what is worked on at a time is answered 3004 at once, and the next one taken again", async () => {
    const decision = Promise.withResolvers<CreditControlAnswer>();
    const peers = [peerSettings({ host: CLIENT_HOST, inWorkMax: 2 })];
    const { server, port } = await start({ charge: () => decision.promise }, {}, peers);
    const client = await open(port);
    for (const sessionId of ["a", "b"]) client.send(creditControlRequest({ sessionId }));
    const shed = await client.ask(creditControlRequest({ sessionId: "c" }));
    expectInOrder(shed);
    expect(resultCode(shed)).toBe(3004);
    expect(shed.header.isError).toBe(true);
    decision.resolve(GRANT);
    expect([(await client.next())!, (await client.next())!].map(resultCode)).toEqual([2001, 2001]);
    expect(resultCode(await client.ask(creditControlRequest({ sessionId: "c" })))).toBe(2001);
    expect(server.counts.get("too-busy")).toBe(1);
  });

  test("that is not decided in time is answered 3004, and its repetition gets the decision", async () => {
    const decision = Promise.withResolvers<CreditControlAnswer>();
    const { port } = await start({ charge: () => decision.promise }, { answerMsMax: 20 });
    const client = await open(port);
    expect(resultCode(await client.ask(creditControlRequest({}, [], { endToEndId: 5 })))).toBe(3004);
    decision.resolve(GRANT);
    const again = creditControlRequest({}, [], { endToEndId: 5, isRetransmission: true });
    expect(resultCode(await client.ask(again))).toBe(2001);
  });

  test("whose decision fails is answered 5012, told, and worked on when it comes again", async () => {
    let tried = 0;
    const { server, port } = await start({
      charge: async () => {
        tried += 1;
        if (tried === 1) throw new Error("a bug");
        return GRANT;
      },
    });
    const client = await open(port);
    const answer = await client.ask(creditControlRequest({}, [], { endToEndId: 5 }));
    expectInOrder(answer);
    expect(resultCode(answer)).toBe(5012);
    expect(server.counts.get("handler-failed")).toBe(1);
    expect(resultCode(await client.ask(creditControlRequest({}, [], { endToEndId: 5 })))).toBe(2001);
  });
});

describe("a session", () => {
  const session = { sessionId: "gw.test.example;1;2", host: CLIENT_HOST, realm: "test.example" };

  test.each<["re-auth" | "abort", number, number]>([
    ["re-auth", COMMAND.reAuth, 2002],
    ["abort", COMMAND.abortSession, 2001],
  ])("is sent a request (%s), and its answer waited for", async (kind, commandCode, code) => {
    const { server, port } = await start();
    const client = await open(port);
    const outcome = server.request(kind, { ...session, ratingGroup: 100 });
    const request = (await client.next())!;
    expect(request.header).toMatchObject({ commandCode, applicationId: 4, isRequest: true, isProxiable: true });
    const grammar = REQUEST_GRAMMARS.get(commandCode);
    expect(grammar && checkGrammar(request.avps, grammar)).toBeUndefined();
    expect(avpValue(request.avps, "Rating-Group")).toBe(kind === "re-auth" ? 100 : undefined);
    client.answer(request, [avp("Session-Id", session.sessionId), avp("Result-Code", code), ...origin()]);
    expect(await outcome).toEqual({ kind: "answered", resultCode: code });
  });

  test("behind a relay is reached through it", async () => {
    const { server, port } = await start();
    const relay = await open(port, "relay.test.example");
    const outcome = server.request("abort", { ...session, via: "relay.test.example" });
    const request = (await relay.next())!;
    expect(avpValue(request.avps, "Destination-Host")).toBe(CLIENT_HOST);
    relay.answer(request, [avp("Session-Id", session.sessionId), avp("Result-Code", 2001), ...origin()]);
    expect(await outcome).toEqual({ kind: "answered", resultCode: 2001 });
  });

  test("that does not answer, or whose node is gone, is told as such", async () => {
    const { server, port } = await start(grant, { requestMs: 20 });
    expect(await server.request("abort", session)).toEqual({ kind: "not-connected" });
    const client = await open(port);
    expect(await server.request("abort", session)).toEqual({ kind: "unanswered" });
    await client.next();
    const outcome = server.request("abort", session);
    await client.close();
    expect(await outcome).toEqual({ kind: "unanswered" });
  });
});
