import { EventEmitter } from "node:events";
import { afterEach, expect } from "vitest";
import type { Avp } from "../../src/protocol/diameter/avp.ts";
import { checkGrammar } from "../../src/protocol/diameter/check-grammar.ts";
import { ANSWER_GRAMMARS, ERROR_GRAMMAR } from "../../src/protocol/diameter/command.ts";
import type { CreditControlAnswer } from "../../src/protocol/diameter/credit-control-answer.ts";
import { avpValue } from "../../src/protocol/diameter/find-avp.ts";
import type { DiameterMessage } from "../../src/protocol/diameter/read-message.ts";
import type { CreditControlHandler } from "../../src/server/diameter/credit-control-handler.ts";
import { type DiameterLimits, DiameterServer } from "../../src/server/diameter/diameter-server.ts";
import { peerSettings } from "../../src/server/diameter/peer-settings.ts";
import { CLIENT_HOST, DiameterClient } from "./diameter-client.ts";

export const NODE = { host: "ocs.test.example", realm: "test.example", stateId: 7, productName: "Tollwright" };
export const GRANT: CreditControlAnswer = {
  resultCode: 2001,
  services: [{ resultCode: 2001, granted: { timeS: 30 } }],
};
export const grant: CreditControlHandler = { charge: async () => GRANT };

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

export async function start(
  handler: CreditControlHandler = grant,
  limits: Partial<DiameterLimits> = {},
  peers = [peerSettings({ host: CLIENT_HOST }), peerSettings({ host: "relay.test.example" })],
): Promise<{ readonly server: DiameterServer; readonly port: number; readonly notices: EventEmitter }> {
  const notices = new EventEmitter();
  const server = await DiameterServer.listen({
    ...{ host: "127.0.0.1", port: 0, tls: null, node: NODE, alsoCalled: ["localhost"], peers, handler },
    ...{ onNotice: ({ event }) => notices.emit(event), limits: { requestMs: 200, ...limits } },
  });
  ended.push(() => server.close());
  return { server, port: server.portOf("tcp") ?? 0, notices };
}

export async function open(port: number, host = CLIENT_HOST): Promise<DiameterClient> {
  const client = await DiameterClient.open(port, host);
  ended.push(() => client.close());
  return client;
}

export async function reach(port: number): Promise<DiameterClient> {
  const client = await DiameterClient.connect(port);
  ended.push(() => client.close());
  return client;
}

export const resultCode = ({ avps }: DiameterMessage): number | undefined => avpValue(avps, "Result-Code");
export const failed = ({ avps }: DiameterMessage): readonly Avp[] => avpValue(avps, "Failed-AVP") ?? [];

/** Nothing malformed leaves the server: every answer has what its command's grammar asks for, Session-Id first. */
export function expectInOrder(answer: DiameterMessage): void {
  const { header, avps } = answer;
  const grammar = header.isError ? ERROR_GRAMMAR : ANSWER_GRAMMARS.get(header.commandCode);
  expect(answer.unsupported ?? answer.fault).toBeUndefined();
  expect(grammar && checkGrammar(avps, grammar)).toBeUndefined();
  const session = avps.findIndex(({ definition }) => definition?.name === "Session-Id");
  expect(session).toBeLessThanOrEqual(0);
}
