import type { Config } from "../../config.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { AddressTable } from "../event-socket/address-table.ts";
import { EventSocketListener } from "../event-socket/event-socket-listener.ts";
import { type EventSocketNotice, EventSocketReport } from "../event-socket/event-socket-report.ts";
import { type ProtocolSource, protocolSources } from "../mediation/find-protocol-sources.ts";
import { readSecret } from "../pulls/secret.ts";
import { EventSocketCutter } from "./cut-by-event-socket.ts";
import { EventSocketSource, type EventSocketSurroundings } from "./event-socket-source.ts";
import type { CallClock } from "./followed-calls.ts";
import { refresh } from "./refresh.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Tells what happens with FreeSWITCHes. */
export interface EventSocketStartReport {
  notice(notice: EventSocketNotice): void;
  /** A source whose password cannot be read: it is not connected to. */
  unusable(source: string, error: unknown): void;
  /** The sources could not be read again. */
  failed(error: unknown): void;
}

/** Event sockets as they run in a process, with the port that dialplans connect to. */
export interface RunningEventSockets extends SwitchListener {
  readonly port: number | null;
}

/**
 * Charges calls of FreeSWITCHes over their event sockets: connects to those whose sources say where, and listens for
 * dialplans where the process's settings name a port. Errors: Problem `event-socket-not-listening`, those of the
 * database.
 */
export async function startEventSocket(
  db: Database,
  { eventSocketHost: host, eventSocketPort }: Pick<Config, "eventSocketHost" | "eventSocketPort">,
  {
    charging,
    report: told,
    clock,
  }: { readonly charging: Charging; readonly report: EventSocketStartReport; readonly clock?: CallClock },
): Promise<RunningEventSockets> {
  const report = new EventSocketReport(
    (notice) => told.notice(notice),
    () => performance.now(),
  );
  const sources = new Sources({ db, charging, report, ...(clock && { clock }) }, told);
  await sources.read();
  const refreshing = refresh(
    () => sources.read(),
    (error) => told.failed(error),
  );
  const close = async () => {
    await refreshing.stop();
    await sources.close();
  };
  let listener: EventSocketListener | undefined;
  try {
    const takerAt = (address: string) => sources.byAddress.at(address)?.taker;
    if (eventSocketPort !== null)
      listener = await EventSocketListener.listen({ host, port: eventSocketPort, takerAt, report });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port: listener?.port ?? null,
    shown: listener === undefined ? null : `FreeSWITCH on ${host}:${listener.port}`,
    cutter: new EventSocketCutter(({ sourceId, attempt }) => sources.byId.get(sourceId)?.connectionOf(attempt.key)),
    close: async () => {
      await listener?.close();
      await close();
    },
  };
}

interface Entry {
  /** Everything that, once changed, makes another source of it. */
  readonly settings: string;
  readonly source: EventSocketSource;
}

/** The sources of all tenants that have `eventSocket` settings, as they were read last. */
class Sources {
  byId: ReadonlyMap<string, EventSocketSource> = new Map();
  byAddress = new AddressTable<EventSocketSource>([]);
  readonly #around: EventSocketSurroundings;
  readonly #told: EventSocketStartReport;
  #entries: ReadonlyMap<string, Entry> = new Map();

  constructor(around: EventSocketSurroundings, told: EventSocketStartReport) {
    this.#around = around;
    this.#told = told;
  }

  /** One that is as it was keeps its connection and its calls. */
  async read(): Promise<void> {
    const entries = new Map<string, Entry>();
    for (const found of await protocolSources(this.#around.db, "eventSocket")) {
      const password = await this.#passwordOf(found);
      const settings = JSON.stringify([found, password]);
      const before = this.#entries.get(found.sourceId);
      const same = before?.settings === settings ? before.source : undefined;
      if (same === undefined) await before?.source.close();
      const source = same ?? new EventSocketSource(found, password, this.#around);
      entries.set(found.sourceId, { settings, source });
    }
    const gone = [...this.#entries].filter(([id]) => !entries.has(id));
    this.#take(entries);
    await Promise.all(gone.map(([, { source }]) => source.close()));
  }

  async close(): Promise<void> {
    const { byId } = this;
    this.#take(new Map());
    await Promise.all([...byId.values()].map((source) => source.close()));
  }

  #take(entries: ReadonlyMap<string, Entry>): void {
    this.#entries = entries;
    this.byId = new Map([...entries].map(([id, { source }]) => [id, source]));
    this.byAddress = new AddressTable([...this.byId.values()].map((source) => [source, source.ranges]));
  }

  async #passwordOf({ name, settings }: ProtocolSource<"eventSocket">): Promise<string | null> {
    if (settings.connect === null) return null;
    try {
      return await readSecret(`event socket password of source "${name}"`, settings.connect.passwordFrom);
    } catch (error) {
      this.#told.unusable(name, error);
      return null;
    }
  }
}
