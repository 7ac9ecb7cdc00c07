import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dialogListRequest } from "../../src/protocol/evapi/kamailio-reply.ts";
import { writeNetstring } from "../../src/protocol/evapi/netstring.ts";
import { EvapiConnection } from "../../src/server/evapi/evapi-connection.ts";

const server = createServer();
let told: string[];
let connection: EvapiConnection;

/** The next connection that is made. */
const accepted = async (): Promise<Socket> => ((await once(server, "connection")) as [Socket])[0];

beforeEach(async () => {
  told = [];
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  connection = new EvapiConnection(
    { host: "127.0.0.1", port, dialogsEveryS: 0 },
    {
      connected: () => told.push("connected"),
      lost: (why) => told.push(`lost: ${why}`),
      event: ({ kind }) => told.push(kind),
      dialogsDue: () => told.push("dialogs due"),
    },
  );
});
afterEach(async () => {
  await connection.close();
  server.close();
});

const until = async (what: string): Promise<void> => {
  while (told.at(-1) !== what) await new Promise(setImmediate);
};
const list = writeNetstring('{"event":"CGR_DLG_LIST_REPLY","jsonrpl_body":{"jsonrpc":"2.0","result":[],"id":1}}');

test("is made again when the other side ends it, and when what comes makes no sense", async () => {
  (await accepted()).end();
  const second = await accepted();
  await until("connected");
  second.write("GET / HTTP/1.1\r\n\r\n");
  const third = await accepted();
  third.write(writeNetstring('{"event":"CGR_CALL_END","OriginID":"o"}'));
  await until("call-end");
  expect(told).toEqual([
    ...["connected", "lost: the other side ended it"],
    ...["connected", "lost: no length of a message", "connected", "call-end"],
  ]);
});

test("those who ask for the dialogs at once share one list; without a connection there is none", async () => {
  const socket = await accepted();
  await until("connected");
  const asked = [connection.dialogs(), connection.dialogs()];
  const [sent] = (await once(socket, "data")) as [Buffer];
  socket.write(list);
  expect(await Promise.all(asked)).toEqual([
    { result: [], askedAt: expect.any(Number) },
    { result: [], askedAt: expect.any(Number) },
  ]);
  const { text } = dialogListRequest() as { readonly text: string };
  expect(String(sent)).toBe(text);
  socket.destroy();
  await until("lost: the other side ended it");
  expect(await connection.dialogs()).toBeNull();
});

test("a list that is longer than a message may be is not asked for again", async () => {
  const first = await accepted();
  await until("connected");
  const asked = connection.dialogs();
  first.write("9999999:");
  const second = await accepted();
  await until("connected");
  second.on("data", () => told.push("asked again"));
  expect(await connection.dialogs()).toBeNull();
  expect(await asked).toBeNull();
  expect(told).toEqual(["connected", "lost: a message is too long", "connected"]);
});
