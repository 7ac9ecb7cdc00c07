import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { JsonRpcClient } from "../../src/server/json-rpc/json-rpc-client.ts";
import type { CallToCut } from "../../src/server/switches/call-cutter.ts";
import { KamailioRpcCutter, OpensipsRpcCutter } from "../../src/server/switches/cut-by-json-rpc.ts";

type Answer = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

/** A switch that answers commands as it is told here, and what it was asked. */
async function switchAnswering(answer: (method: string, params: unknown) => Answer) {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    const { id, method, params } = JSON.parse(Buffer.concat(body).toString());
    asked.push([method, params]);
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer(method, params) }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const client = new JsonRpcClient({ url: `http://127.0.0.1:${port}/`, authorization: null, timeoutMs: 2_000 });
  return { client, asked };
}

const call = (own: Partial<CallToCut["attempt"]>): CallToCut => ({
  ...{ id: "1", tenantId: "2", sourceId: "3" },
  attempt: {
    ...{ key: "c@ua", leg: "", callId: null, direction: "originating", calling: "", called: "", startedAt: epochMs(0) },
    ...{ accountCode: null, sipUser: null, sourceAddress: null, ingressTrunk: null, egressTrunk: null },
    ...own,
  },
});
const dialog = (h_id: number, toTag: string, state = 4) => ({
  ...{ h_entry: 7, h_id, "call-id": "c@ua", state, caller: { tag: "f" }, callee: { tag: toTag } },
});
const NOT_FOUND: Answer = { error: { code: 404, message: "Dialog not found" } };

test("Kamailio: of a call's forks those are ended that are up, and are of the session", async () => {
  const forks = [dialog(1, "x"), dialog(2, "y"), dialog(3, "y", 5)];
  const { client, asked } = await switchAnswering((method) => ({ result: method === "dlg.dlg_list" ? forks : {} }));
  const cutter = new KamailioRpcCutter(() => client);
  expect(await cutter.cut(call({ recordKey: "c@ua;f;y" }))).toEqual({ kind: "ended" });
  expect(asked.slice(1)).toEqual([["dlg.end_dlg", [7, 2]]]);
  asked.length = 0;
  expect(await cutter.cut(call({}))).toEqual({ kind: "ended" });
  expect(asked.slice(1)).toEqual([
    ["dlg.end_dlg", [7, 1]],
    ["dlg.end_dlg", [7, 2]],
  ]);
});

test("Kamailio: a session of RADIUS is looked for without its NAS; one that is nowhere is no call", async () => {
  const { client, asked } = await switchAnswering(() => ({ result: {} }));
  expect(await new KamailioRpcCutter(() => client).cut(call({ key: "192.0.2.7/c@ua" }))).toEqual({ kind: "no-call" });
  expect(asked).toEqual([
    ["dlg.dlg_list", ["192.0.2.7/c@ua"]],
    ["dlg.dlg_list", ["c@ua"]],
  ]);
});

test("Kamailio: what it refuses is told", async () => {
  const refusal: Answer = { error: { code: 500, message: "Method Not Found" } };
  const { client } = await switchAnswering(() => refusal);
  expect(await new KamailioRpcCutter(() => client).cut(call({}))).toEqual({ kind: "failed", why: "Method Not Found" });
  const ending = await switchAnswering((method) =>
    method === "dlg.dlg_list" ? { result: dialog(1, "x") } : { error: { code: 500, message: "Operation failed" } },
  );
  expect(await new KamailioRpcCutter(() => ending.client).cut(call({}))).toMatchObject({ kind: "failed" });
});

test("OpenSIPS: a call is ended by its Call-ID, whatever the session is named", async () => {
  const { client, asked } = await switchAnswering((_method, params) =>
    JSON.stringify(params).includes('"c@ua"') ? { result: "OK" } : NOT_FOUND,
  );
  const cutter = new OpensipsRpcCutter(() => client);
  expect(await cutter.cut(call({ key: "10.0.0.6/c@ua" }))).toEqual({ kind: "ended" });
  expect(asked.at(-1)).toEqual(["dlg_end_dlg", { dialog_id: "c@ua" }]);
  expect(await cutter.cut(call({ key: "d@ua" }))).toEqual({ kind: "no-call" });
});

test("without settings nothing is reached", async () => {
  const cutters = [new KamailioRpcCutter(() => undefined), new OpensipsRpcCutter(() => undefined)];
  for (const cutter of cutters) {
    expect(cutter.reaches(call({}))).toBe(false);
    expect(await cutter.cut(call({}))).toMatchObject({ kind: "failed" });
  }
});
