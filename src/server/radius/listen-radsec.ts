import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { checkServerIdentity, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { PacketSplitter } from "../../protocol/radius/packet-splitter.ts";
import { radiusNotListening } from "./problems.ts";
import type { RadiusClient } from "./radius-client.ts";
import type { Responder } from "./responder.ts";

export interface RadsecOptions {
  readonly host: string;
  /** Usually 2083; 0 takes any free port. */
  readonly port: number;
  /** PEM texts: our certificate and its key, and the authority that vouches for clients. */
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface RadsecListener {
  readonly port: number;
  /** Takes no more, answers what is in work, and closes. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 1_000;
const HANDSHAKE_MS = 10_000;
/** A connection that is silent for so long is probed, and ended when nobody answers. */
const KEEP_ALIVE_MS = 60_000;
/** Answers that a client does not read: more, and the connection ends. */
const UNREAD_OCTETS_MAX = 1 << 20;

/**
 * Listens for RADIUS within TLS (RFC 6614): authorisation and accounting on one port, from clients whose address we
 * know and whose certificate the authority vouches for. Errors: Problem `radius-not-listening`.
 */
export async function listenRadsec(responder: Responder, options: RadsecOptions): Promise<RadsecListener> {
  const { host, port, cert, key, ca } = options;
  const tls = { cert, key, ca, minVersion: "TLSv1.2", requestCert: true, rejectUnauthorized: true } as const;
  const tlsServer = createTlsServer({ ...tls, handshakeTimeout: HANDSHAKE_MS });
  tlsServer.on("secureConnection", (socket) => serve(responder, socket));
  tlsServer.on("tlsClientError", (error, socket) =>
    responder.drop("tls-refused", socket.remoteAddress ?? "gone already", error),
  );
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    // Whom we don't know costs no handshake.
    if (responder.clientAt(socket.remoteAddress ?? "") === undefined) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    tlsServer.emit("connection", socket);
  });
  server.maxConnections = CONNECTIONS_MAX;
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    throw radiusNotListening({ host, port, reason: cause instanceof Error ? cause.message : String(cause), cause });
  }
  server.on("error", () => undefined); // a connection that could not be accepted: its client tries again
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      await responder.settled();
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

/** Answers a connection's packets until it ends. */
function serve(responder: Responder, socket: TLSSocket): void {
  const address = socket.remoteAddress ?? "";
  const port = socket.remotePort ?? 0;
  socket.on("error", () => socket.destroy());
  const client = responder.clientAt(address);
  if (client === undefined || !hasName(socket, client)) {
    if (client !== undefined) responder.drop("certificate-name", address);
    socket.destroy();
    return;
  }
  const send = (octets: Uint8Array) => {
    socket.write(octets);
    if (socket.writableLength > UNREAD_OCTETS_MAX) socket.destroy();
  };
  const splitter = new PacketSplitter();
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.on("data", (chunk: Buffer) => {
    for (const octets of splitter.push(chunk))
      responder.take({ octets, service: "both", address, port, tlsClient: client, send });
    if (!splitter.isBroken) return;
    responder.drop("stream-broken", address);
    socket.destroy();
  });
}

/** Whether the certificate is for the name that the client's settings ask for, if they ask. */
const hasName = (socket: TLSSocket, { certificateName }: RadiusClient): boolean =>
  certificateName === null || checkServerIdentity(certificateName, socket.getPeerCertificate()) === undefined;
