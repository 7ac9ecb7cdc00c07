import { once } from "node:events";
import { connect } from "node:net";
import { invariant } from "../src/core/invariant.ts";
import type { Avp } from "../src/protocol/diameter/avp.ts";
import { avp } from "../src/protocol/diameter/build-avp.ts";
import { avpValue } from "../src/protocol/diameter/find-avp.ts";
import { MessageSplitter } from "../src/protocol/diameter/message-splitter.ts";
import { readMessage } from "../src/protocol/diameter/read-message.ts";
import { writeMessage } from "../src/protocol/diameter/write-message.ts";
import {
  CLIENT_HOST,
  capabilitiesRequest,
  creditControlRequest,
  type Unsent,
} from "../test/diameter/diameter-client.ts";
import type { CallLine } from "./call-line.ts";
import { callNames } from "./prepaid.ts";

const TYPES = { initial: 1, update: 2, termination: 3 } as const;
const SUCCESS = 2001;
const SLICE_S = 30;

/** Calls over Diameter, by credit control (RFC 8506), on one connection. */
export async function openDiameterLine(port: number, accounts: number): Promise<CallLine> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const waiting = new Map<number, (result: unknown) => void>();
  const splitter = new MessageSplitter();
  socket.on("data", (chunk: Buffer) => {
    for (const split of splitter.push(chunk)) {
      if (split.kind !== "message") continue;
      const { header, avps } = readMessage(split.bytes);
      waiting.get(header.hopByHopId)?.(avpValue(avps, "Result-Code"));
      waiting.delete(header.hopByHopId);
    }
  });
  let lastId = 0;
  const ask = async ({ header, avps }: Unsent): Promise<void> => {
    lastId += 1;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.set(lastId, resolve);
    const ids = { hopByHopId: lastId, endToEndId: lastId };
    socket.write(writeMessage({ ...ids, ...REQUEST, ...header }, avps));
    const result = await promise;
    invariant(result === SUCCESS, `a request is answered by success, got ${result}`);
  };
  await ask(capabilitiesRequest());
  const charge = (call: number, type: keyof typeof TYPES, number: number, units: readonly Avp[]): Promise<void> => {
    const { key, calling, called, account } = callNames(call, accounts);
    return ask(
      creditControlRequest({ sessionId: `${CLIENT_HOST};${key}`, type: TYPES[type], number }, [
        avp("Subscription-Id", [
          avp("Subscription-Id-Type", 2),
          avp("Subscription-Id-Data", `sip:${account}@192.0.2.1:5060`),
        ]),
        avp("Multiple-Services-Credit-Control", [...units, avp("Rating-Group", 100)]),
        avp("Service-Information", [
          avp("IMS-Information", [
            avp("Node-Functionality", 6),
            avp("Calling-Party-Address", `sip:${calling}@192.0.2.1`),
            avp("Called-Party-Address", `sip:${called}@192.0.2.9`),
          ]),
        ]),
      ]),
    );
  };
  const requested = avp("Requested-Service-Unit", [avp("CC-Time", SLICE_S)]);
  const used = (seconds: number) => avp("Used-Service-Unit", [avp("CC-Time", seconds)]);
  return {
    authorise: (call) => charge(call, "initial", 0, [requested]),
    start: (call) => charge(call, "update", 1, [requested, used(0)]),
    report: (call, { number }) => charge(call, "update", number + 1, [requested, used(SLICE_S)]),
    stop: (call, { number }) => charge(call, "termination", number + 1, [used(SLICE_S)]),
    close: async () => {
      socket.destroy();
      await once(socket, "close");
    },
  };
}

const REQUEST = { isRequest: true, isProxiable: false, isError: false, isRetransmission: false };
