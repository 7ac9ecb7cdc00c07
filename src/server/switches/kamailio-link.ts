import { setTimeout as sleep } from "node:timers/promises";
import { asObject } from "../../core/json-object.ts";
import type { KamailioEvent } from "../../protocol/evapi/kamailio-event.ts";
import { type KamailioDialog, readKamailioDialogs } from "../../protocol/json-rpc/kamailio-dialog.ts";
import type { Charging } from "../charging/charging.ts";
import { findOpenSessions } from "../charging/find-sessions.ts";
import type { Database } from "../db/database.ts";
import { EvapiConnection } from "../evapi/evapi-connection.ts";
import type { ProtocolSource } from "../mediation/find-protocol-sources.ts";
import { compareDialogs } from "./compare-dialogs.ts";
import { ChargingOverEvapi } from "./over-evapi.ts";

/** Tells what happens with Kamailios that are spoken to by evapi. */
export interface EvapiReport {
  connected(source: string): void;
  lost(source: string, why: string): void;
  /** An event that cannot be read, or is not charged. */
  odd(source: string, what: string): void;
  /** What a Kamailio told could not be charged, or not yet; `source` null: the settings could not be read. */
  failed(source: string | null, error: unknown): void;
}

/** Sessions of one Kamailio that are compared with its dialogs: the longest. */
const SESSIONS_MAX = 10_000;
/** Starts and ends that could not be charged are tried again after this, so often, and so many of them. */
const RETRY_MS = 5_000;
const TRIES_MAX = 60;
const RETRIED_MAX = 10_000;
const ODD_MS = 10_000;

/** One Kamailio: its connection, its calls, and what is known of them from its dialogs. */
export class KamailioLink {
  readonly connection: EvapiConnection;
  readonly #db: Database;
  readonly #source: ProtocolSource<"evapi">;
  readonly #calls: ChargingOverEvapi;
  readonly #report: EvapiReport;
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<void>>();
  readonly #ends = new Map<string, () => void>();
  #retried = 0;
  #toldOddMs = Number.NEGATIVE_INFINITY;
  #following: Promise<readonly KamailioDialog[] | null> | null = null;

  constructor(
    db: Database,
    source: ProtocolSource<"evapi">,
    { charging, report }: { readonly charging: Charging; readonly report: EvapiReport },
  ) {
    this.#db = db;
    this.#source = source;
    this.#report = report;
    this.#calls = new ChargingOverEvapi(charging, source, (command) => {
      if (command.kind === "refused") this.#tellOdd(command.reason);
      else this.connection.send(command);
    });
    this.connection = new EvapiConnection(source.settings, {
      connected: () => {
        report.connected(source.name);
        this.#do(() => this.follow());
      },
      lost: (why) => report.lost(source.name, why),
      dialogsDue: () => this.#do(() => this.follow()),
      event: (event) => this.#take(event),
    });
  }

  /** Waits for the end of a call to be told, for a while; false: it was not. */
  async endOf(key: string, waitMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), waitMs);
    this.#ends.set(key, () => resolve(true));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#ends.delete(key);
    }
  }

  /**
   * Compares Kamailio's dialogs with the open sessions, and charges what was not heard of; answers the dialogs, null
   * when they cannot be had. Errors: those of charging.
   */
  follow(): Promise<readonly KamailioDialog[] | null> {
    this.#following ??= this.#follow().finally(() => {
      this.#following = null;
    });
    return this.#following;
  }

  /** Ends the connection, and what is in work is charged. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.connection.close();
    await Promise.all(this.#working);
  }

  async #follow(): Promise<readonly KamailioDialog[] | null> {
    const list = await this.connection.dialogs();
    if (list === null || (asObject(list.result) === null && !Array.isArray(list.result))) return null;
    const dialogs = readKamailioDialogs(list.result);
    const { tenantId, name } = this.#source;
    const sessions = await findOpenSessions(this.#db, { tenantId, source: name, limit: SESSIONS_MAX });
    const { started, talking, ended, gone } = compareDialogs(dialogs, sessions, list.askedAt);
    await Promise.all([
      ...started.map(({ call, dialog }) => this.#calls.start({ call, dialog: hashOf(dialog) })),
      ...talking.map(({ call, dialog }) =>
        this.#calls.talking(call, { dialog: hashOf(dialog), durationS: dialog.durationS }),
      ),
      ...ended.map(({ call }) => this.#calls.ended(call)),
      ...gone.map((session) => this.#calls.gone(session, list.askedAt)),
    ]);
    return dialogs;
  }

  #take(event: Exclude<KamailioEvent, { readonly kind: "dialog-list" }>): void {
    if (event.kind === "other") return;
    if (event.kind === "malformed") this.#tellOdd(event.reason);
    if (event.kind === "process-message") this.#tellOdd("messages are not charged");
    const isReport = event.kind === "call-start" || event.kind === "call-end";
    this.#do(async () => {
      await (isReport ? this.#untilDone(() => this.#calls.take(event)) : this.#calls.take(event));
      if (event.kind === "call-end") this.#ends.get(event.call.originId ?? "")?.();
    });
  }

  /** Kamailio tells a start and an end once: they are kept while the database is away. */
  async #untilDone(work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1)
      try {
        return await work();
      } catch (error) {
        if (tries === TRIES_MAX || this.#retried >= RETRIED_MAX || this.#closing.signal.aborted) throw error;
        this.#retried += 1;
        await sleep(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
        this.#retried -= 1;
      }
  }

  #do(work: () => Promise<unknown>): void {
    const done = work()
      .then(() => undefined)
      .catch((error: unknown) => this.#report.failed(this.#source.name, error))
      .finally(() => this.#working.delete(done));
    this.#working.add(done);
  }

  /** At a bounded rate: a caller may make Kamailio send what it likes. */
  #tellOdd(what: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldOddMs < ODD_MS) return;
    this.#toldOddMs = nowMs;
    this.#report.odd(this.#source.name, what);
  }
}

const hashOf = ({ hashEntry, hashId }: KamailioDialog) => ({ hashEntry: String(hashEntry), hashId: String(hashId) });
