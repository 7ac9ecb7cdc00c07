import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { MessageChannel } from "./message-channel.ts";

const MEBIOCTET = Buffer.alloc(1 << 20);

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** Our end of a connection whose other end reads nothing. */
async function deafPeer(): Promise<{ readonly ours: Socket; readonly theirs: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const ours = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [theirs] = (await once(server, "connection")) as [Socket];
  theirs.on("error", () => undefined);
  ended.push(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });
  return { ours, theirs };
}

test("a peer that does not read is not read from, and goes on when it reads again", async () => {
  const { ours, theirs } = await deafPeer();
  const channel = new MessageChannel(ours, {
    message: () => undefined,
    closed: () => undefined,
    tooSlow: () => undefined,
  });
  for (let sent = 0; sent < 4; sent += 1) channel.send(MEBIOCTET);
  expect(ours.isPaused()).toBe(true);
  const drained = once(ours, "drain");
  theirs.resume();
  await drained;
  expect(ours.isPaused()).toBe(false);
});

test("a peer that never reads is let go before what waits for it grows", async () => {
  const { ours } = await deafPeer();
  const closed = Promise.withResolvers<void>();
  let tooSlow = 0;
  const channel = new MessageChannel(ours, {
    message: () => undefined,
    closed: () => closed.resolve(),
    tooSlow: () => {
      tooSlow += 1;
    },
  });
  for (let sent = 0; sent < 100; sent += 1) channel.send(MEBIOCTET);
  await closed.promise;
  expect(tooSlow).toBe(1);
});
