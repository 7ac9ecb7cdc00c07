import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { kamailioVersion } from "../../src/protocol/json-rpc/kamailio-dialog.ts";
import { JsonRpcClient } from "../../src/server/json-rpc/json-rpc-client.ts";
import { freePort } from "../support/free-port.ts";

/** A client of a switch that answers as it is told here. */
async function clientOf(listener: RequestListener): Promise<JsonRpcClient> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return new JsonRpcClient({ url: `http://127.0.0.1:${port}/RPC`, authorization: "Bearer x", timeoutMs: 200 });
}

const answering = (text: string, status = 200) =>
  clientOf((_request, response) => void response.writeHead(status).end(text));

test("a command is posted with what the switch wants to see, and its answer is read", async () => {
  const seen: unknown[] = [];
  const client = await clientOf(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    const { id, method } = JSON.parse(Buffer.concat(body).toString());
    seen.push(request.method, request.url, request.headers.authorization, method);
    response.end(JSON.stringify({ jsonrpc: "2.0", result: "kamailio", id }));
  });
  expect(await client.command(kamailioVersion)).toMatchObject({ kind: "result", result: "kamailio" });
  expect(seen).toEqual(["POST", "/RPC", "Bearer x", "core.version"]);
});

test("an error is an answer, whatever the status", async () => {
  const client = await answering('{"jsonrpc":"2.0","error":{"code":404,"message":"Dialog not found"},"id":1}', 404);
  expect(await client.command(kamailioVersion)).toMatchObject({ kind: "error", code: 404 });
});

test("what is no answer to the command is none", async () => {
  for (const text of ["", "no\n", '{"jsonrpc":"2.0","result":{},"id":7}', "[]"])
    expect(await (await answering(text, 403)).command(kamailioVersion)).toEqual({
      kind: "unanswered",
      why: "HTTP 403 with no answer of JSON-RPC",
    });
});

test("an answer has its time and its length, and a switch that is away is told", async () => {
  const silent = await clientOf(() => undefined);
  expect(await silent.command(kamailioVersion)).toEqual({ kind: "unanswered", why: "no answer within 200 ms" });
  const dripping = await clientOf((_request, response) => void response.write("{"));
  expect(await dripping.command(kamailioVersion)).toEqual({ kind: "unanswered", why: "no answer within 200 ms" });
  const endless = await answering(" ".repeat(2 << 20));
  expect(await endless.command(kamailioVersion)).toMatchObject({ why: "its answer is too long" });
  const url = `http://127.0.0.1:${await freePort()}/RPC`;
  const away = new JsonRpcClient({ url, authorization: null, timeoutMs: 200 });
  expect(await away.command(kamailioVersion)).toMatchObject({ why: expect.stringContaining("ECONNREFUSED") });
});
