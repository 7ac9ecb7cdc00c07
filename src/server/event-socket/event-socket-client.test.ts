import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { apiCommand, authCommand } from "../../protocol/esl/command.ts";
import { EventSocketClient } from "./event-socket-client.ts";
import type { EventSocketConnection } from "./event-socket-connection.ts";
import { type EventSocketNotice, EventSocketReport } from "./event-socket-report.ts";

const REPLY = (text: string) => `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
const GREETING = "Content-Type: auth/request\n\n";
const EVENT = "Content-Length: 27\nContent-Type: text/event-plain\n\nEvent-Name: CHANNEL_PARK\n\n\n";

/** A FreeSWITCH that is what `serve` makes of each connection, and a client of it. */
async function client(serve: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    serve(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const notices: EventSocketNotice[] = [];
  const connections: EventSocketConnection[] = [];
  const events: string[] = [];
  const running = new EventSocketClient(
    { host: "127.0.0.1", port, password: "ClueCon", events: ["HEARTBEAT"] },
    {
      name: "fs-1",
      connected: (connection) => void connections.push(connection),
      event: ({ name }) => void events.push(name),
    },
    new EventSocketReport(
      (notice) => notices.push(notice),
      () => notices.length * 60_000, // so that everything is told
    ),
  );
  onTestFinished(async () => {
    await running.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { running, notices, connections, events };
}

/** Answers a client's commands in their order. */
function answering(socket: Socket, answers: Readonly<Record<string, string>>): void {
  let held = "";
  socket.write(GREETING);
  socket.on("data", (octets: Buffer) => {
    const commands = `${held}${octets}`.split("\n\n");
    held = commands.pop() ?? "";
    for (const command of commands) socket.write(answers[command] ?? REPLY("-ERR command not found"));
  });
}

const GOOD = { "auth ClueCon": REPLY("+OK accepted"), "event plain HEARTBEAT": REPLY("+OK enabled") + EVENT };

test("connects, subscribes, and loses no event that comes with the answer; a lost connection is opened again", async () => {
  const { running, notices, connections, events } = await client((socket) => {
    answering(socket, { ...GOOD, "api drop": "" }); // which is never answered
  });
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  expect(events).toEqual(["CHANNEL_PARK"]);
  expect(running.connection).toBe(connections[0]);
  const asked = connections[0]?.ask(apiCommand(["drop"]));
  connections[0]?.end("it was cut off");
  expect(await asked).toEqual({ kind: "unanswered", why: "it was cut off" });
  expect(await connections[0]?.ask(apiCommand(["late"]))).toMatchObject({ kind: "unanswered" });
  await vi.waitFor(() => expect(connections).toHaveLength(2), { timeout: 5_000 });
  expect(notices.map(({ happening, what }) => [happening, what])).toEqual([
    ["connected", ""],
    ["disconnected", "it was cut off"],
    ["connected", ""],
  ]);
});

test.each<[string, string, Readonly<Record<string, string>>, string, string]>([
  ["a wrong password", GREETING, { "auth ClueCon": REPLY("-ERR invalid") }, "password-refused", "-ERR invalid"],
  [
    "its access list",
    "Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n",
    {},
    "not-connected",
    "its access list (apply-inbound-acl) refuses us",
  ],
  [
    "no subscription",
    GREETING,
    { "auth ClueCon": REPLY("+OK accepted") },
    "not-connected",
    "it refused events: -ERR command not found",
  ],
  [
    "what is no event socket",
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    {},
    "not-connected",
    'what it sent can\'t be read: no header: "HTTP/1.1 400 Bad Request"',
  ],
  ["an answer to no command", REPLY("+OK"), {}, "not-connected", "an answer came to no command"],
])("%s is told, and tried again later", async (_why, greeting, answers, happening, what) => {
  const { notices, running } = await client((socket) => {
    if (greeting === GREETING) answering(socket, answers);
    else socket.write(greeting);
  });
  await vi.waitFor(() => expect(notices).toContainEqual({ happening, where: "fs-1", what, times: 1 }));
  expect(running.connection).toBeUndefined();
});

test("what cannot be written is not sent", async () => {
  const { connections } = await client((socket) => answering(socket, GOOD));
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  expect(await connections[0]?.ask(authCommand("a\nb"))).toEqual({
    kind: "unanswered",
    why: "the password cannot be written",
  });
});
