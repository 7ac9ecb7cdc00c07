import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { AsteriskChannel } from "../../../test/support/asterisk.ts";
import { recordedTranscript } from "../../../test/support/recorded-transcript.ts";
import { setVariableCommand } from "../../protocol/agi/agi-command.ts";
import type { AgiCall } from "./agi-call.ts";
import type { AgiNotice } from "./agi-report.ts";
import { type AgiLimits, AgiServer } from "./agi-server.ts";

const notices: AgiNotice[] = [];
const served: string[] = [];

beforeEach(() => {
  notices.length = 0;
  served.length = 0;
});

/** A server that does what the recorded one did: two variables. */
async function serve(limits: Partial<AgiLimits> = {}, lets = () => true): Promise<AgiServer> {
  const server = await AgiServer.listen({
    ...{ host: "127.0.0.1", port: 0, limits, onNotice: (notice: AgiNotice) => void notices.push(notice) },
    handler: {
      lets,
      serve: async (call, { uniqueId, script }) => {
        if (script === "fail") throw new Error("of the handler");
        const outcomes = [await set(call, "RIG_ALLOW", "1"), await set(call, "RIG_MS", "3000")];
        served.push(`${uniqueId} ${outcomes.join(" ")}${call.isHungUp ? " hung up" : ""}`);
        return script === "refuse" ? "refused" : null;
      },
    },
  });
  onTestFinished(() => server.close());
  return server;
}

async function set(call: AgiCall, name: string, value: string): Promise<string> {
  const outcome = await call.ask(setVariableCommand(name, value));
  return outcome.kind === "reply" ? `${outcome.result}` : outcome.kind;
}

/** Ends when the server closes; errors of the connection are of no interest. */
function open({ port }: AgiServer): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => undefined);
  socket.resume();
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Whatever it ends with. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once("close", () => resolve()));

const REQUEST = "agi_network: yes\nagi_network_script: authorise\nagi_uniqueid: 1.1\n\n";

describe("calls of Asterisk", () => {
  test("are served many at once, and what a handler would not do, or fails at, is told", async () => {
    const server = await serve();
    const channels = Array.from({ length: 200 }, (_, index) => new AsteriskChannel(`${index}.1`));
    await Promise.all(channels.map((channel) => channel.agi(server.port, "authorise")));
    expect(served.toSorted()).toEqual(channels.map((_, index) => `${index}.1 1 1`).toSorted());
    await new AsteriskChannel("1.1").agi(server.port, "refuse");
    await new AsteriskChannel("1.2").agi(server.port, "fail");
    expect(notices).toMatchObject([
      { event: "request-refused", what: "refused" },
      { event: "handler-failed", what: "1.2", error: new Error("of the handler") },
    ]);
  });

  test("may hang up at any moment: that answers no command", async () => {
    const server = await serve();
    const socket = open(server);
    for (const text of [`${REQUEST}HANG`, "UP\nHANGUP\n200 result=1\n"]) {
      const isAsked = once(socket, "data");
      socket.write(text);
      await isAsked;
    }
    socket.write("HANGUP\n200 result=1\n");
    await closed(socket);
    expect([served, notices]).toEqual([["1.1 1 1 hung up"], []]);
  });

  test.each<[Partial<AgiLimits>, string, AgiNotice["event"], string]>([
    // limits         what is sent                                  told of             why
    [{ requestMs: 20 }, "agi_network: yes\n", "request-late", "half open, or a port scan"],
    [{ replyMs: 20 }, REQUEST, "answer-late", "hangs in mid-call"],
    [{}, "GET / HTTP/1.1\r\n\r\n", "stream-broken", "no Asterisk"],
    [{}, `agi_${"x".repeat(100_000)}`, "stream-broken", "a line without an end"],
    [{}, `${REQUEST}${"200 result=1\n".repeat(1_000)}`, "connection-lost", "answers to nothing"],
  ])("are ended with %j that send %.20s…: %s (%s)", async (limits, text, event) => {
    const server = await serve(limits);
    const socket = open(server);
    socket.write(text);
    await closed(socket);
    expect(notices).toMatchObject([{ event }]);
    expect(server.size).toBe(0);
  });

  test("of strangers, and too many of them, are not taken", async () => {
    const strange = await serve({}, () => false);
    await closed(open(strange));
    const full = await serve({ nobodysMax: 1 });
    const [first, second] = [open(full), open(full)];
    await closed(second);
    expect([first.destroyed, notices.map(({ event }) => event)]).toEqual([false, ["stranger", "too-many-connections"]]);
  });

  test("do not keep the server from ending", async () => {
    const server = await serve({ replyMs: 50, closeMs: 50 });
    const socket = open(server);
    socket.write(REQUEST);
    await once(socket, "data");
    await server.close();
    expect(served).toEqual(["1.1 gone gone"]);
  });

  test("need a port that is free", async () => {
    const { port } = await serve();
    const handler = { lets: () => true, serve: () => Promise.resolve(null) };
    await expect(
      AgiServer.listen({ host: "127.0.0.1", port, handler, onNotice: () => undefined }),
    ).rejects.toMatchObject({ code: "agi-not-listening" });
  });
});

const transcript = recordedTranscript("agi.txt");

/** What Asterisk wrote on the first recorded connection: its request in two pieces, two answers, the hang-up. */
function firstConnection(): Buffer {
  const pieces = transcript?.received ?? [];
  const end = pieces.findIndex((piece) => piece.toString() === "HANGUP\n");
  return Buffer.concat(pieces.slice(0, end + 1));
}

describe.skipIf(transcript === null)("Asterisk 20 as it was recorded, over TCP", () => {
  test("is served the same wherever its octets are cut", async () => {
    const server = await serve();
    const octets = firstConnection();
    const headEnd = octets.indexOf("\n\n") + 2;
    const cuts = Array.from({ length: octets.length - 1 }, (_, index) => index + 1);
    for (let from = 0; from < cuts.length; from += 50)
      await Promise.all(cuts.slice(from, from + 50).map((cut) => replay(server, octets, { headEnd, cut })));
    expect(new Set(served)).toEqual(new Set(["1795252999.0 1 1"]));
    expect(served).toHaveLength(cuts.length);
    expect(notices).toEqual([]);
  });
});

/** Writes what was recorded: the request at once, then an answer for each command that comes; in two pieces at `cut`. */
async function replay(
  server: AgiServer,
  octets: Buffer,
  { headEnd, cut }: { readonly headEnd: number; readonly cut: number },
): Promise<void> {
  const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  const said: string[] = [];
  const write = async (from: number, to: number) => {
    const at = Math.min(Math.max(cut, from), to);
    if (at > from) await new Promise((written) => socket.write(octets.subarray(from, at), written));
    if (to > at) socket.write(octets.subarray(at, to));
  };
  await write(0, headEnd);
  let sent = headEnd;
  for await (const chunk of socket) {
    said.push(String(chunk));
    const end = octets.indexOf("\n", sent) + 1;
    await write(sent, end);
    sent = end;
  }
  expect(said.join("")).toBe('SET VARIABLE RIG_ALLOW "1"\nSET VARIABLE RIG_MS "3000"\n');
  await write(sent, octets.length);
  socket.destroy();
}
