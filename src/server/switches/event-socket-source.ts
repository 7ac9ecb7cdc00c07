import { CHARGING_EVENTS } from "../../protocol/esl/switch-event.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { EventSocketClient } from "../event-socket/event-socket-client.ts";
import type { EventSocketConnection } from "../event-socket/event-socket-connection.ts";
import type { CallTaker } from "../event-socket/event-socket-listener.ts";
import type { EventSocketReport } from "../event-socket/event-socket-report.ts";
import type { EventSocketSettings } from "../event-socket/settings.ts";
import type { ProtocolSource } from "../mediation/find-protocol-sources.ts";
import { compareCalls } from "./compare-calls.ts";
import { type CallClock, CLOCK, FollowedCalls, type FollowedSource } from "./followed-calls.ts";
import { ChargingOverEventSocket } from "./over-event-socket.ts";

/** What sources of one process share. */
export interface EventSocketSurroundings {
  readonly db: Database;
  readonly charging: Charging;
  readonly report: EventSocketReport;
  /** The machine's own when not given. */
  readonly clock?: CallClock;
}

/** Sessions are compared with FreeSWITCH's channels as often, for it drops events that it cannot get rid of. */
const COMPARE_MS = 60_000;

/** One source whose FreeSWITCH is charged: the calls that it asks about, and the connection that follows them. */
export class EventSocketSource {
  readonly taker: CallTaker;
  readonly ranges: readonly string[];
  readonly #source: FollowedSource;
  readonly #around: EventSocketSurroundings;
  readonly #calls: FollowedCalls;
  readonly #client: EventSocketClient | undefined;
  #forgetNextLook: () => void = () => undefined;
  #comparing: Promise<void> | undefined;

  /** `password`: of the event socket that the settings have it connect to. */
  constructor(
    { tenantId, sourceId, name, settings }: ProtocolSource<"eventSocket">,
    password: string | null,
    around: EventSocketSurroundings,
  ) {
    const { connect, from, sliceS } = settings satisfies EventSocketSettings;
    const isConnected = connect !== null && password !== null;
    this.#source = { tenantId, sourceId, name, sliceS, isConnected };
    this.#around = around;
    this.#calls = new FollowedCalls(this.#source, around);
    this.taker = new ChargingOverEventSocket(this.#source, { ...around, calls: this.#calls });
    this.ranges = from;
    if (isConnected)
      this.#client = new EventSocketClient(
        { host: connect.host, port: connect.port, password, events: CHARGING_EVENTS },
        {
          name,
          connected: (connection) => this.#compare(connection),
          event: (event, connection) => this.#calls.event(event, connection),
        },
        around.report,
      );
    this.#calls.connection = () => this.#client?.connection;
    if (this.#client !== undefined) this.#lookAgain();
  }

  /** A connection by which a call can be ended. */
  connectionOf(uuid: string): EventSocketConnection | undefined {
    return this.#calls.connectionOf(uuid);
  }

  async close(): Promise<void> {
    this.#forgetNextLook();
    await this.#client?.close();
    await this.#comparing;
    await this.#calls.close();
  }

  #lookAgain(): void {
    this.#forgetNextLook = (this.#around.clock ?? CLOCK).after(COMPARE_MS, () => {
      this.#compare(this.#client?.connection);
      this.#lookAgain();
    });
  }

  /** One after the other: over a connection that is gone it ends at once. */
  #compare(connection: EventSocketConnection | undefined): void {
    if (connection === undefined) return;
    const { report } = this.#around;
    this.#comparing = (this.#comparing ?? Promise.resolve()).then(() =>
      compareCalls(this.#around, this.#source, { calls: this.#calls, connection }).catch((error: unknown) =>
        report.add("not-charged", this.#source.name, String(error)),
      ),
    );
  }
}
