import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { AgiRequest } from "../../protocol/agi/agi-request.ts";
import { AgiCall, type AgiTiming, LATE, NO_ANSWER } from "./agi-call.ts";
import { type AgiEvent, type AgiNotice, AgiReport } from "./agi-report.ts";
import { agiNotListening } from "./problems.ts";

/** Decides what is done with a call that Asterisk asks about. */
export interface AgiHandler {
  /** Whether anything may come from this address. */
  lets(address: string): boolean;
  /**
   * Serves one call until it has nothing more to say to Asterisk; answers why it would not, or null. What it throws is
   * told of, and the connection ends.
   */
  serve(call: AgiCall, request: AgiRequest): Promise<string | null>;
}

export interface AgiServerOptions {
  readonly host: string;
  /** Usually 4573; 0 takes any free port. */
  readonly port: number;
  readonly handler: AgiHandler;
  /** Tells of what happens, at a bounded rate. */
  readonly onNotice: (notice: AgiNotice) => void;
  readonly limits?: Partial<AgiLimits>;
}

/** Bounds, and how long things may take. */
export interface AgiLimits extends AgiTiming {
  /** A call that we dial has its connection as long as it lasts. */
  readonly connectionsMax: number;
  /** Connections that have not said yet which call they are of. */
  readonly nobodysMax: number;
}

const LIMITS: AgiLimits = { requestMs: 5_000, replyMs: 5_000, closeMs: 2_000, connectionsMax: 10_000, nobodysMax: 500 };
/** A connection that is silent because its call lasts is looked after by TCP: Asterisk's machine may be away. */
const KEEP_ALIVE_MS = 30_000;

/** Answers Asterisk over FastAGI, one connection a call. */
export class AgiServer {
  readonly #server: Server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  readonly #handler: AgiHandler;
  readonly #report: AgiReport;
  readonly #limits: AgiLimits;
  /** Calls, and what is being done with each. */
  readonly #calls = new Map<AgiCall, Promise<void>>();
  #nobodys = 0;

  private constructor({ handler, onNotice, limits }: AgiServerOptions) {
    this.#handler = handler;
    this.#report = new AgiReport(onNotice, () => performance.now());
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Errors: Problem `agi-not-listening`. */
  static async listen(options: AgiServerOptions): Promise<AgiServer> {
    const agi = new AgiServer(options);
    const { host, port } = options;
    try {
      agi.#server.listen(port, host);
      await once(agi.#server, "listening");
    } catch (cause) {
      throw agiNotListening({ host, port, reason: cause instanceof Error ? cause.message : String(cause), cause });
    }
    agi.#server.on("error", () => undefined); // of a connection that could not be accepted
    agi.#server.on("connection", (socket: Socket) => agi.#accept(socket));
    return agi;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How often each thing happened since the start. */
  get counts(): ReadonlyMap<AgiEvent, number> {
    return this.#report.counts;
  }

  /** How many calls are being served. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes no more calls, leaves those that are up to Asterisk, and finishes what else is in work. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const call of this.#calls.keys()) call.leave();
    await Promise.all(this.#calls.values());
    await closed;
  }

  #accept(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    const isKnown = this.#handler.lets(address);
    const hasRoom = this.#calls.size < this.#limits.connectionsMax && this.#nobodys < this.#limits.nobodysMax;
    if (!isKnown || !hasRoom) {
      this.#report.add(isKnown ? "too-many-connections" : "stranger", address, "");
      socket.on("error", () => undefined);
      socket.destroy();
      return;
    }
    const call = new AgiCall(socket, { address, timing: this.#limits });
    const serving = this.#serve(call).finally(() => this.#calls.delete(call));
    this.#calls.set(call, serving);
  }

  /** Never throws. */
  async #serve(call: AgiCall): Promise<void> {
    const { address } = call;
    this.#nobodys += 1;
    const request = await call.request().finally(() => {
      this.#nobodys -= 1;
    });
    try {
      const refusal = request === null ? null : await this.#handler.serve(call, request);
      if (refusal !== null) this.#report.add("request-refused", address, refusal);
    } catch (error) {
      this.#report.add("handler-failed", address, request?.uniqueId ?? "", error);
    }
    const { goneBy } = call;
    if (goneBy !== null) this.#report.add(eventOf(goneBy, request !== null), address, goneBy);
    call.end();
  }
}

function eventOf(goneBy: string, isAsked: boolean): AgiEvent {
  if (goneBy === LATE) return "request-late";
  if (goneBy === NO_ANSWER) return "answer-late";
  return isAsked ? "connection-lost" : "stream-broken";
}

/** IPv4 addresses come in IPv6's clothes where both are listened on. */
const plainAddress = (address = ""): string => address.replace(/^::ffff:/, "");
