import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseSyslogMessage } from "../../protocol/syslog/parse-message.ts";
import { Backlog } from "../backlog/backlog.ts";
import { backlogIdOf } from "../backlog/backlog-id.ts";
import type { Database } from "../db/database.ts";
import { isDatabaseAway } from "../db/database-failure.ts";
import { findSources } from "../mediation/find-sources.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import { SenderTable, type SyslogSource, syslogSourceOf } from "./sender-table.ts";
import { Stream } from "./stream.ts";

/** Tells what goes on. */
export interface SyslogReport {
  /** Something that no source let in was sent from there; told once in a while for each address. */
  stranger(address: string): void;
  /** A backlog could not be written, or its messages not be stored: it is tried again. */
  failed(source: string, error: unknown): void;
  /** The settings could not be read; what they were holds on. */
  settingsFailed(error: unknown): void;
}

/** Settings that were applied take effect within this time. */
const LOOK_MS = 10_000;
/** What one source's backlog may take of the disk while the database is away. */
const BACKLOG_BYTES_MAX = 8 * 1024 ** 3;
/** Addresses of strangers that are remembered as told. */
const STRANGERS_MAX = 1_000;

/** Takes syslog messages to the backlogs of the sources that they are records of. */
export class SyslogIntake {
  readonly #db: Database;
  readonly #folder: string;
  readonly #backlogId: string;
  readonly #report: SyslogReport;
  readonly #end = new AbortController();
  readonly #streams = new Map<string, { readonly stream: Stream; readonly ended: Promise<void> }>();
  readonly #strangers = new Set<string>();
  #senders = new SenderTable([]);
  #looking: Promise<void> = Promise.resolve();

  private constructor(db: Database, folder: string, backlogId: string, report: SyslogReport) {
    this.#db = db;
    this.#folder = folder;
    this.#backlogId = backlogId;
    this.#report = report;
  }

  /**
   * Opens the backlogs below a folder, and stores what they have; while the database is away nobody is known who may
   * send. Errors: those of the folder.
   */
  static async open(db: Database, folder: string, report: SyslogReport): Promise<SyslogIntake> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const intake = new SyslogIntake(db, folder, await backlogIdOf(folder), report);
    await intake.look().catch((error: unknown) => {
      if (!isDatabaseAway(error)) throw error;
      report.settingsFailed(error);
    });
    intake.#looking = intake.#lookOn();
    return intake;
  }

  /** Whether any source lets messages in from there. */
  isKnown(address: string): boolean {
    if (this.#senders.at(address).length > 0) return true;
    if (!this.#strangers.has(address)) {
      if (this.#strangers.size >= STRANGERS_MAX) this.#strangers.clear();
      this.#strangers.add(address);
      this.#report.stranger(address);
    }
    return false;
  }

  /** Takes a message. It is safe once its backlog is synced, some milliseconds later. */
  take(address: string, message: Uint8Array): void {
    if (!this.isKnown(address)) return;
    const text = new TextDecoder().decode(message); // what is no UTF-8 becomes a sign that says so
    const routed = SenderTable.route(this.#senders.at(address), parseSyslogMessage(text));
    const stream = routed && this.#streams.get(routed.source.sourceId)?.stream;
    if (routed?.kind === "record") stream?.take(routed.text);
    else stream?.ignore();
  }

  /** Counts a message that was too long or cut off. */
  drop(address: string): void {
    const [source] = this.#senders.at(address);
    if (source !== undefined) this.#streams.get(source.sourceId)?.stream.drop();
  }

  /** Whether a sender that can wait should. */
  get isBusy(): boolean {
    return this.#streams.values().some(({ stream }) => stream.backlog.isBusy);
  }

  /** Since when the first message waits to be stored, on the clock of `performance.now()`; undefined: none does. */
  get waitsSinceMs(): number | undefined {
    const since = [...this.#streams.values()].flatMap(({ stream }) => stream.waitsSinceMs ?? []);
    return since.length === 0 ? undefined : Math.min(...since);
  }

  /** Waits until everything that was taken is on disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#streams.values().map(({ stream }) => stream.backlog.settled()));
  }

  /** Takes the settings of all sources as they are now. Errors: those of the database and of a backlog's folder. */
  async look(): Promise<void> {
    const tenants = await findTenants(this.#db);
    const sources = (await Promise.all(tenants.map(({ id }) => findSources(this.#db, id)))).flat();
    const senders = sources.flatMap((source) => syslogSourceOf(source) ?? []);
    const kept = new Set(await readdir(this.#folder));
    for (const { tenantId, id: sourceId, name, config } of sources)
      if (config.syslog !== null || kept.has(sourceId)) await this.#open({ tenantId, sourceId, name });
    this.#senders = new SenderTable(senders);
    this.#strangers.clear();
  }

  /** Ends: what was taken is on disk, and stored as far as the database goes along. */
  async close(): Promise<void> {
    await this.settled();
    this.#end.abort();
    await this.#looking;
    for (const { stream, ended } of this.#streams.values()) {
      await ended;
      await stream.backlog.close();
    }
  }

  async #open({ tenantId, sourceId, name }: Pick<SyslogSource, "tenantId" | "sourceId" | "name">): Promise<void> {
    if (this.#streams.has(sourceId)) return;
    const failed = (error: unknown) => this.#report.failed(name, error);
    const backlog = await Backlog.open(join(this.#folder, sourceId), { bytesMax: BACKLOG_BYTES_MAX, onFault: failed });
    const stream = new Stream(this.#db, { tenantId, sourceId, backlogId: this.#backlogId }, backlog, failed);
    this.#streams.set(sourceId, { stream, ended: stream.run(this.#end.signal) });
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#end;
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.look().catch((error: unknown) => this.#report.settingsFailed(error));
    }
  }
}
