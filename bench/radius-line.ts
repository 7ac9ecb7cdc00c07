import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { invariant } from "../src/core/invariant.ts";
import type { NamedValue } from "../src/protocol/radius/encode-attributes.ts";
import { CODES, type PacketName } from "../src/protocol/radius/packet.ts";
import { requestOctets } from "../test/radius/radius-peer.ts";
import type { CallLine } from "./call-line.ts";
import { callNames, STARTED } from "./prepaid.ts";

/** Each has 256 identifiers for requests under way (RFC 2865 §3). */
const SOCKETS = 4;
const IDENTIFIERS = 256;
/** A client sends again what is not answered: a full socket buffer drops datagrams. */
const AGAIN_MS = 1_000;

/** A socket of a RADIUS client, and who waits for an answer under which identifier. */
class RadiusSocket {
  readonly #socket: Socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
  readonly #waiting: (((code: number) => void) | undefined)[] = Array.from({ length: IDENTIFIERS }, () => undefined);
  #last = 0;

  async open(): Promise<void> {
    this.#socket.on("message", (datagram) => this.#waiting[datagram[1] as number]?.(datagram[0] as number));
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
  }

  /** The code of the answer. */
  async ask(name: PacketName, port: number, attributes: readonly NamedValue[]): Promise<number> {
    const identifier = this.#free();
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#waiting[identifier] = resolve;
    const octets = requestOctets({ name, identifier, attributes });
    const send = () => this.#socket.send(octets, port, "127.0.0.1");
    const again = setInterval(send, AGAIN_MS);
    send();
    try {
      return await promise;
    } finally {
      clearInterval(again);
      this.#waiting[identifier] = undefined;
    }
  }

  #free(): number {
    for (let tries = 0; tries < IDENTIFIERS; tries += 1) {
      this.#last = (this.#last + 1) % IDENTIFIERS;
      if (this.#waiting[this.#last] === undefined) return this.#last;
    }
    throw new Error("more requests are under way than a socket has identifiers");
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }
}

/** Calls over RADIUS, from a few sockets. */
export async function openRadiusLine(
  { authPort, acctPort }: { readonly authPort: number; readonly acctPort: number },
  accounts: number,
): Promise<CallLine> {
  const sockets = Array.from({ length: SOCKETS }, () => new RadiusSocket());
  for (const socket of sockets) await socket.open();
  const socketOf = (call: number): RadiusSocket => {
    const socket = sockets[call % SOCKETS];
    invariant(socket, "there is a socket for every call");
    return socket;
  };
  const attributesOf = (call: number, own: readonly NamedValue[]): readonly NamedValue[] => {
    const { key, calling, called, account } = callNames(call, accounts);
    return [
      ["User-Name", account],
      ["Calling-Station-Id", calling],
      ["Called-Station-Id", called],
      ["NAS-IP-Address", "127.0.0.1"],
      ["Acct-Session-Id", key],
      ...own,
    ];
  };
  const tell = async (call: number, own: readonly NamedValue[]): Promise<void> => {
    const code = await socketOf(call).ask("Accounting-Request", acctPort, attributesOf(call, own));
    invariant(code === CODES["Accounting-Response"], `accounting is answered by code ${code}`);
  };
  const at = (talkedS: number): NamedValue => ["Event-Timestamp", STARTED / 1_000 + talkedS];
  return {
    authorise: async (call) => {
      const attributes = attributesOf(call, [["Service-Type", "Call-Check"]]);
      const code = await socketOf(call).ask("Access-Request", authPort, attributes);
      invariant(code === CODES["Access-Accept"], `a call is let begin, got code ${code}`);
    },
    start: (call) => tell(call, [["Acct-Status-Type", "Start"], at(0)]),
    report: (call, { talkedS }) =>
      tell(call, [["Acct-Status-Type", "Interim-Update"], ["Acct-Session-Time", talkedS], at(talkedS)]),
    stop: (call, { talkedS }) =>
      tell(call, [["Acct-Status-Type", "Stop"], ["Acct-Session-Time", talkedS], at(talkedS)]),
    close: async () => void (await Promise.all(sockets.map((socket) => socket.close()))),
  };
}
