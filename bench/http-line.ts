import { invariant } from "../src/core/invariant.ts";
import type { CallLine } from "./call-line.ts";
import { HttpPipeline } from "./http-pipeline.ts";
import { callNames, STARTED } from "./prepaid.ts";

const CONNECTIONS = 8;

/** Calls over HTTP, on a few pipelined connections. */
export async function openHttpLine(url: string, token: string, accounts: number): Promise<CallLine> {
  const pipelines = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpPipeline.open(url, token)));
  const ask = async (call: number, verb: string, document: object, decision: string): Promise<void> => {
    const pipeline = pipelines[call % CONNECTIONS];
    invariant(pipeline, "there is a connection for every call");
    const { status, body } = await pipeline.post(`/v1/sources/switch/sessions/${verb}`, document);
    invariant(status === 200 && body.includes(`"${decision}"`), `${verb} is ${decision}, got ${status} ${body}`);
  };
  const answeredAt = new Date(STARTED).toISOString();
  return {
    authorise: (call) => {
      const { account: accountCode, ...names } = callNames(call, accounts);
      return ask(call, "authorise", { ...names, accountCode, startedAt: answeredAt, wantedS: 60 }, "granted");
    },
    start: (call) => ask(call, "update", { ...keyOf(call), answeredAt, talkedMs: 0, wantedS: 60 }, "granted"),
    report: (call, { talkedS }) =>
      ask(call, "update", { ...keyOf(call), talkedMs: talkedS * 1_000, wantedS: 60 }, "granted"),
    stop: (call, { talkedS }) => {
      const endedAt = new Date(STARTED + talkedS * 1_000).toISOString();
      return ask(call, "stop", { ...keyOf(call), endedAt, talkedMs: talkedS * 1_000 }, "stored");
    },
    close: async () => void (await Promise.all(pipelines.map((pipeline) => pipeline.close()))),
  };
}

const keyOf = (call: number) => ({ key: `call-${call}` });
