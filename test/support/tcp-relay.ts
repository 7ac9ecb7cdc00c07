import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Stands between a client and a server, and cuts, or swallows, what the server sends. */
export interface TcpRelay {
  readonly port: number;
  /** Each connection after this ends when so many bytes have come from the server; null: none. */
  cutAfter(bytes: number | null): void;
  /** The same, but the connection stays open and silent. */
  silentAfter(bytes: number | null): void;
  /** How many connections were made. */
  readonly connections: number;
  stop(): Promise<void>;
}

export async function tcpRelay(targetPort: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  let cut: number | null = null;
  let silent: number | null = null;
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const target = connect(targetPort, "127.0.0.1");
    const limits = { cut, silent };
    let bytes = 0;
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
    }
    client.pipe(target);
    target.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (limits.silent !== null && bytes > limits.silent) return;
      if (limits.cut !== null && bytes > limits.cut) {
        client.unpipe(target).resume(); // unread requests would make the end a reset, and what came before be dropped
        client.end();
        target.destroy();
      } else client.write(chunk);
    });
    target.on("close", () => client.end());
    client.on("close", () => target.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (bytes) => {
      cut = bytes;
    },
    silentAfter: (bytes) => {
      silent = bytes;
    },
    get connections() {
      return connections;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
