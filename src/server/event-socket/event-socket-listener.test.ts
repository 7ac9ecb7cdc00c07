import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import type { EslEvent } from "../../protocol/esl/event.ts";
import { EventSocketListener } from "./event-socket-listener.ts";
import { type EventSocketNotice, EventSocketReport } from "./event-socket-report.ts";

const CHANNEL = "Event-Name: CHANNEL_DATA\nUnique-ID: u-1\nContent-Type: command/reply\nReply-Text: %2BOK%0A\n\n";

/** A listener that takes calls from this machine, unless `isStranger`, and answers none before `go`. */
async function listener({ isStranger = false } = {}) {
  const notices: EventSocketNotice[] = [];
  const offered: EslEvent[] = [];
  const events: string[] = [];
  const go = Promise.withResolvers<void>();
  const report = new EventSocketReport(
    (notice) => notices.push(notice),
    () => notices.length * 60_000, // so that everything is told
  );
  const taker = {
    name: "fs-1",
    offered: async (channel: EslEvent) => {
      offered.push(channel);
      await go.promise;
    },
    event: ({ name }: EslEvent) => void events.push(name),
  };
  const options = { host: "127.0.0.1", port: 0, takerAt: () => (isStranger ? undefined : taker), report };
  const listening = await EventSocketListener.listen(options);
  onTestFinished(async () => {
    go.resolve();
    await listening.close();
  });
  return { listening, notices, offered, events, go };
}

async function dialplan(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

test("a dialplan is asked for its channel, whose events follow; it is answered before the listener closes", async () => {
  const { listening, offered, events, go } = await listener();
  const socket = await dialplan(listening.port);
  expect(String((await once(socket, "data"))[0])).toBe("connect\n\n");
  for (const octet of CHANNEL) socket.write(octet);
  await vi.waitFor(() => expect(offered).toHaveLength(1));
  expect(offered[0]?.headers.get("Unique-ID")).toBe("u-1");
  socket.write("Content-Length: 29\nContent-Type: text/event-plain\n\nEvent-Name: CHANNEL_ANSWER\n\n\n");
  await vi.waitFor(() => expect(events).toEqual(["CHANNEL_ANSWER"]));
  const closing = listening.close();
  expect(socket.closed).toBe(false);
  go.resolve();
  await Promise.all([closing, once(socket, "close")]);
});

test.each<[string, string, string]>([
  ["no event socket", "GET / HTTP/1.1\r\n\r\n", 'what it sent can\'t be read: no header: "GET / HTTP/1.1"'],
  [
    "a connection without a call",
    "Content-Type: command/reply\nReply-Text: -ERR no\n\n",
    'it answered connect with "-ERR no"',
  ],
])("%s is closed, and told", async (_what, said, what) => {
  const { listening, notices, offered } = await listener();
  const socket = await dialplan(listening.port);
  socket.resume().write(said);
  await once(socket, "close");
  await vi.waitFor(() => expect(notices).toEqual([{ happening: "call-not-read", where: "fs-1", what, times: 1 }]));
  expect(offered).toEqual([]);
});

test("a stranger is closed without a word", async () => {
  const { listening, notices } = await listener({ isStranger: true });
  const socket = await dialplan(listening.port);
  const heard = vi.fn();
  socket.on("data", heard);
  await once(socket, "close");
  expect(heard).not.toHaveBeenCalled();
  expect(notices).toMatchObject([{ happening: "stranger", where: "127.0.0.1" }]);
});

test("a port that is taken is a problem", async () => {
  const { listening } = await listener();
  const report = new EventSocketReport(
    () => undefined,
    () => 0,
  );
  await expect(
    EventSocketListener.listen({ host: "127.0.0.1", port: listening.port, takerAt: () => undefined, report }),
  ).rejects.toMatchObject({ code: "event-socket-not-listening" });
});
