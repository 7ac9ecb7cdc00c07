import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { radiusNotListening } from "./problems.ts";
import type { Responder } from "./responder.ts";

export interface RadiusUdpOptions {
  /**
   * Addresses of this machine to listen on. Where it has several, name each: an answer leaves from the address that was
   * asked only then, and clients drop answers from another.
   */
  readonly hosts: readonly string[];
  /** Usually 1812 and 1813; 0 takes any free port, null does not listen. */
  readonly authPort: number | null;
  readonly acctPort: number | null;
}

export interface RadiusListener {
  /** The ports that were taken on the first address; null where nobody listens. */
  readonly authPort: number | null;
  readonly acctPort: number | null;
  /** Takes no more, answers what is in work, and closes. */
  close(): Promise<void>;
}

/** What the kernel holds while this process is busy; it may grant less. */
const RECEIVE_OCTETS = 4 << 20;

/** Listens for RADIUS over UDP (RFC 2865, 2866, 5080, 5997). Errors: Problem `radius-not-listening`. */
export async function listenRadius(responder: Responder, options: RadiusUdpOptions): Promise<RadiusListener> {
  const { hosts, authPort, acctPort } = options;
  const sockets: Record<"auth" | "acct", Socket[]> = { auth: [], acct: [] };
  const close = async () => {
    const all = [...sockets.auth, ...sockets.acct];
    for (const socket of all) socket.removeAllListeners("message");
    await responder.settled();
    await Promise.all(all.map(closeSocket));
  };
  try {
    for (const host of hosts) {
      if (authPort !== null) sockets.auth.push(await open(responder, "auth", { host, port: authPort }));
      if (acctPort !== null) sockets.acct.push(await open(responder, "acct", { host, port: acctPort }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const portOf = ([socket]: readonly Socket[]) => socket?.address().port ?? null;
  return { authPort: portOf(sockets.auth), acctPort: portOf(sockets.acct), close };
}

async function open(
  responder: Responder,
  service: "auth" | "acct",
  at: { readonly host: string; readonly port: number },
): Promise<Socket> {
  const socket = createSocket({ type: at.host.includes(":") ? "udp6" : "udp4", recvBufferSize: RECEIVE_OCTETS });
  try {
    socket.bind(at.port, at.host);
    await once(socket, "listening");
  } catch (cause) {
    socket.close();
    throw radiusNotListening({ ...at, reason: cause instanceof Error ? cause.message : String(cause), cause });
  }
  socket.on("error", () => undefined); // of one datagram
  socket.on("message", (octets, { address, port }) => {
    // The client asks again if an answer is lost, on the way or here.
    const send = (reply: Uint8Array) => socket.send(reply, port, address, () => undefined);
    responder.take({ octets, service, address, port, tlsClient: null, send });
  });
  return socket;
}

async function closeSocket(socket: Socket): Promise<void> {
  socket.close();
  await once(socket, "close");
}
