import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import { RAW_TEXT_MAX } from "../../mediation/decoder.ts";
import { FrameSplitter } from "../../protocol/syslog/frame-splitter.ts";
import type { SyslogIntake } from "./intake.ts";
import { syslogNotListening } from "./problems.ts";

export interface SyslogListenOptions {
  readonly host: string;
  /** For UDP and TCP; null listens on neither, 0 takes any free port. */
  readonly port: number | null;
  /** For TLS (RFC 5425), with PEM texts. `ca`: senders have to show a certificate that it vouches for. */
  readonly tls: {
    readonly port: number;
    readonly cert: string;
    readonly key: string;
    readonly ca: string | null;
  } | null;
}

export interface SyslogListener {
  /** The ports that were taken; null where nobody listens. */
  readonly port: number | null;
  readonly tlsPort: number | null;
  /** Takes no more, and waits until what was taken is on disk. */
  close(): Promise<void>;
}

/** Octets of a message, its header included: a record that is longer would not be kept whole. */
const MESSAGE_BYTES_MAX = RAW_TEXT_MAX;
/** What the kernel holds for UDP while this process is busy; it may grant less. */
const RECEIVE_BYTES = 8 << 20;
const CONNECTIONS_MAX = 100;
/** A connection that is silent for so long is probed, and ended when nobody answers. */
const KEEP_ALIVE_MS = 60_000;
const BUSY_MS = 20;
/** Time for a sender to end its side. */
const CLOSE_MS = 1_000;

/** Listens for syslog messages. Errors: Problem `syslog-not-listening`. */
export async function listenSyslog(intake: SyslogIntake, options: SyslogListenOptions): Promise<SyslogListener> {
  const { host, port, tls } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    await Promise.all(closers.map((each) => each()));
    await intake.settled();
  };
  const listen = async (wanted: number, server: Server) => {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    const taken = await bound(server, { host, port: wanted });
    closers.push(() => closeServer(server, sockets));
    return taken;
  };
  try {
    const taken = port === null ? null : await listen(port, createServer(onConnection(intake)));
    if (taken !== null) closers.push(await listenUdp(intake, { host, port: taken }));
    const tlsServer = tls === null ? null : createTlsServer(tlsOptions(tls), onConnection(intake));
    tlsServer?.on("tlsClientError", () => undefined); // who can't prove a name is not let in
    const tlsPort = tlsServer === null || tls === null ? null : await listen(tls.port, tlsServer);
    return { port: taken, tlsPort, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const tlsOptions = ({ cert, key, ca }: NonNullable<SyslogListenOptions["tls"]>) => ({
  ...{ cert, key, minVersion: "TLSv1.2" as const },
  ...(ca === null ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
});

async function bound(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  server.maxConnections = CONNECTIONS_MAX;
  try {
    server.listen(at);
    await once(server, "listening");
  } catch (cause) {
    throw notListening(at, cause);
  }
  server.on("error", () => undefined); // a connection that could not be accepted: its sender tries again
  return (server.address() as AddressInfo).port;
}

async function listenUdp(
  intake: SyslogIntake,
  at: { readonly host: string; readonly port: number },
): Promise<() => Promise<void>> {
  const socket = createSocket({ type: at.host.includes(":") ? "udp6" : "udp4", recvBufferSize: RECEIVE_BYTES });
  socket.on("message", (message, { address }) => intake.take(address, message));
  try {
    socket.bind(at.port, at.host);
    await once(socket, "listening");
  } catch (cause) {
    throw notListening(at, cause);
  }
  socket.on("error", () => undefined); // of one datagram
  return () => closeSocket(socket);
}

/** A connection's messages, one after the other; it waits while the disk is behind. */
const onConnection = (intake: SyslogIntake) => (socket: Socket) => {
  const address = socket.remoteAddress ?? "";
  socket.on("error", () => socket.destroy());
  if (!intake.isKnown(address)) {
    socket.destroy();
    return;
  }
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const splitter = new FrameSplitter(MESSAGE_BYTES_MAX);
  const read = async () => {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (const frame of splitter.push(chunk)) {
        if (frame.kind === "message") intake.take(address, frame.bytes);
        else intake.drop(address);
      }
      while (intake.isBusy && !socket.destroyed) await sleep(BUSY_MS);
    }
  };
  read()
    .catch(() => undefined) // cut off: what is whole was taken
    .finally(() => {
      // Half a record may look like a whole one with a shorter last field.
      if (splitter.isInMessage) intake.drop(address);
      socket.destroy();
    });
};

/** Ends connections politely, so that what is on its way is still read, and after a moment the other way. */
async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.end();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, CLOSE_MS);
  await closed;
  clearTimeout(timer);
}

async function closeSocket(socket: DatagramSocket): Promise<void> {
  socket.close();
  await once(socket, "close");
}

const notListening = ({ host, port }: { readonly host: string; readonly port: number }, cause: unknown) =>
  syslogNotListening({ host, port, reason: cause instanceof Error ? cause.message : String(cause), cause });
