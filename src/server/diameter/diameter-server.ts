import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { DICTIONARY, type Dictionary } from "../../protocol/diameter/dictionary.ts";
import { DISCONNECT_CAUSE, type NodeIdentity } from "../../protocol/diameter/node-messages.ts";
import {
  resultOf,
  type SessionAddress,
  type SessionRequestKind,
  writeSessionRequest,
} from "../../protocol/diameter/session-requests.ts";
import { RequestAnswerer } from "./answer-request.ts";
import type { CreditControlHandler } from "./credit-control-handler.ts";
import { type DiameterEvent, type DiameterNotice, DiameterReport } from "./diameter-report.ts";
import { MessageIdSource } from "./message-ids.ts";
import { type ConnectionSurroundings, type ConnectionTiming, PeerConnection, plainAddress } from "./peer-connection.ts";
import { type PeerSettings, PeerTable } from "./peer-settings.ts";
import { diameterNotListening } from "./problems.ts";

export interface DiameterServerOptions {
  readonly host: string;
  /** Usually 3868; 0 takes any free port, null does not listen. */
  readonly port: number | null;
  /** Usually 5658 (RFC 6733 §2.1: TLS from the first octet), with PEM texts. `ca` vouches for the peers. */
  readonly tls: { readonly port: number; readonly cert: string; readonly key: string; readonly ca: string } | null;
  readonly node: NodeIdentity;
  /** Other hosts and realms that requests for are taken as ours: what peers have been told to call us. */
  readonly alsoCalled: readonly string[];
  readonly peers: readonly PeerSettings[];
  readonly handler: CreditControlHandler;
  /** Tells of what happens, at a bounded rate. */
  readonly onNotice: (notice: DiameterNotice) => void;
  readonly dictionary?: Dictionary;
  readonly limits?: Partial<DiameterLimits>;
}

/** Bounds, and how long things may take. */
export interface DiameterLimits extends ConnectionTiming {
  /** For a decision; then the peer is told to try again. */
  readonly answerMsMax: number;
  /** Requests in work, of all peers. */
  readonly inWorkMax: number;
  readonly connectionsMax: number;
  /** Connections without a CER so far. */
  readonly nobodysMax: number;
}

const LIMITS: DiameterLimits = {
  ...{ capabilitiesMs: 10_000, watchdogMs: 30_000, requestMs: 5_000, answerMsMax: 5_000 },
  ...{ inWorkMax: 10_000, connectionsMax: 1_000, nobodysMax: 100 },
};

/**
 * A peer that connects a second time has been restarted, as a rule: the first connection gets so long to prove the
 * contrary.
 */
const PROBE_MS = 2_000;

/** What became of a request of ours on a session. */
export type SessionRequestOutcome =
  | { readonly kind: "answered"; readonly resultCode: number }
  /** It may have arrived. */
  | { readonly kind: "unanswered" }
  | { readonly kind: "not-connected" };

/** Answers credit control over Diameter (RFC 6733, RFC 8506). */
export class DiameterServer {
  readonly #report: DiameterReport;
  readonly #answerer: RequestAnswerer;
  readonly #limits: DiameterLimits;
  readonly #around: ConnectionSurroundings;
  readonly #listeners: { readonly server: Server; readonly port: number; readonly isTls: boolean }[] = [];
  readonly #connections = new Set<PeerConnection>();
  readonly #byHost = new Map<string, PeerConnection>();

  private constructor({ node, handler, onNotice, peers, alsoCalled, dictionary, limits }: DiameterServerOptions) {
    this.#limits = { ...LIMITS, ...limits };
    const report = new DiameterReport(onNotice, () => performance.now());
    this.#report = report;
    this.#answerer = new RequestAnswerer({ node, handler, report, ...this.#limits });
    this.#around = {
      ...{ node, report, answerer: this.#answerer, timing: this.#limits, ids: new MessageIdSource() },
      dictionary: dictionary ?? DICTIONARY,
      names: new Set([node.host, node.realm, ...alsoCalled].map((name) => name.toLowerCase())),
      peers: new PeerTable(peers),
      admit: (connection, host) => this.#admit(connection, host),
      closed: (connection) => this.#forget(connection),
    };
  }

  /** Errors: Problem `diameter-not-listening`. */
  static async listen(options: DiameterServerOptions): Promise<DiameterServer> {
    const diameter = new DiameterServer(options);
    const { host, port, tls } = options;
    try {
      if (port !== null) await diameter.#open(createServer(), { host, port, isTls: false });
      if (tls !== null) {
        const { cert, key, ca } = tls;
        const proof = {
          requestCert: true,
          rejectUnauthorized: true,
          handshakeTimeout: diameter.#limits.capabilitiesMs,
        };
        const server = createTlsServer({ cert, key, ca, minVersion: "TLSv1.2", ...proof });
        await diameter.#open(server, { host, port: tls.port, isTls: true });
      }
    } catch (error) {
      await diameter.close();
      throw error;
    }
    return diameter;
  }

  /** Takes other peers from now on: whose connection is nobody's any more is taken leave of. */
  async changePeers(peers: readonly PeerSettings[]): Promise<void> {
    const table = new PeerTable(peers);
    this.#around.peers = table;
    const gone = [...this.#byHost].filter(([host]) => !table.has(host));
    await Promise.all(gone.map(([, connection]) => connection.disconnect(DISCONNECT_CAUSE.doNotWantToTalk)));
  }

  /** The port that was taken; null where nobody listens. */
  portOf(kind: "tcp" | "tls"): number | null {
    return this.#listeners.find(({ isTls }) => isTls === (kind === "tls"))?.port ?? null;
  }

  /** How often each thing happened since the start. */
  get counts(): ReadonlyMap<DiameterEvent, number> {
    return this.#report.counts;
  }

  /** The hosts of the peers that are connected. */
  get connectedPeers(): readonly string[] {
    return [...this.#byHost].filter(([, connection]) => connection.isOpen).map(([host]) => host);
  }

  /**
   * Asks a session's node to ask for units again, or to end it. `via`: the host of the peer that the session's requests
   * came by, where that is a relay.
   */
  async request(
    kind: SessionRequestKind,
    session: SessionAddress & { readonly via?: string; readonly ratingGroup?: number },
  ): Promise<SessionRequestOutcome> {
    const connection =
      this.#byHost.get((session.via ?? "").toLowerCase()) ?? this.#byHost.get(session.host.toLowerCase());
    if (connection?.isOpen !== true) return { kind: "not-connected" };
    const { node } = this.#around;
    const { ratingGroup } = session;
    const more = { node, ...(ratingGroup === undefined ? {} : { ratingGroup }) };
    const write = (ids: Parameters<typeof writeSessionRequest>[2]["ids"]) =>
      writeSessionRequest(kind, session, { ...more, ids });
    const answer = await connection.ask(write, this.#limits.requestMs);
    return answer === undefined ? { kind: "unanswered" } : { kind: "answered", resultCode: resultOf(answer) };
  }

  /** Takes no more connections, answers what is in work, takes leave of every peer, and closes. */
  async close(): Promise<void> {
    const closed = this.#listeners.map(({ server }) => once(server, "close"));
    for (const { server } of this.#listeners) server.close();
    await this.#answerer.close();
    await Promise.all([...this.#connections].map((connection) => connection.disconnect(DISCONNECT_CAUSE.rebooting)));
    await Promise.all(closed);
    this.#listeners.length = 0;
  }

  async #open(
    server: Server,
    at: { readonly host: string; readonly port: number; readonly isTls: boolean },
  ): Promise<void> {
    try {
      server.listen(at.port, at.host);
      await once(server, "listening");
    } catch (cause) {
      throw diameterNotListening({ ...at, reason: cause instanceof Error ? cause.message : String(cause), cause });
    }
    server.maxConnections = this.#limits.connectionsMax;
    server.on("error", () => undefined); // of a connection that could not be accepted: its peer tries again
    server.on(at.isTls ? "secureConnection" : "connection", (socket: Socket) => this.#accept(socket));
    // Who is nobody's peer, or proves no name, is not even greeted.
    if (at.isTls) server.on("connection", (socket: Socket) => this.#isWelcome(socket));
    server.on("tlsClientError", () => undefined);
    this.#listeners.push({ server, port: (server.address() as AddressInfo).port, isTls: at.isTls });
  }

  #accept(socket: Socket): void {
    if (!this.#isWelcome(socket)) return;
    this.#connections.add(new PeerConnection(socket, this.#around));
  }

  /** Ends a connection of a stranger, or one too many, at once. */
  #isWelcome(socket: Socket): boolean {
    const address = plainAddress(socket.remoteAddress);
    const isKnown = this.#around.peers.lets(address);
    const hasRoom = this.#connections.size - this.#byHost.size < this.#limits.nobodysMax;
    if (isKnown && hasRoom) return true;
    this.#report.add(isKnown ? "too-many-connections" : "stranger", address);
    socket.on("error", () => undefined);
    socket.destroy();
    return false;
  }

  /**
   * Gives a peer its connection. One that has one already keeps it if that still answers; a restarted peer's does not,
   * and gives way (RFC 6733 §5.6 would have the restarted one wait for the watchdog).
   */
  async #admit(connection: PeerConnection, host: string): Promise<boolean> {
    const earlier = this.#byHost.get(host);
    if (earlier !== undefined) {
      if (await earlier.isAlive(Math.min(PROBE_MS, this.#limits.requestMs))) return false;
      earlier.destroy();
      if (this.#byHost.has(host) && this.#byHost.get(host) !== earlier) return false; // a third was quicker
      if (!this.#connections.has(connection)) return false; // it did not wait for us
    }
    this.#byHost.set(host, connection);
    return true;
  }

  #forget(connection: PeerConnection): void {
    this.#connections.delete(connection);
    for (const [host, each] of this.#byHost) if (each === connection) this.#byHost.delete(host);
  }
}
