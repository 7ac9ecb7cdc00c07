import type { Readable } from "node:stream";
import type { Config } from "../config.ts";
import type { Currency } from "../core/money/currency.ts";
import type { Tenant } from "../core/tenancy/tenant.ts";
import { type Connection, ensureMigrated } from "../server/db/connect.ts";
import type { Database } from "../server/db/database.ts";
import { findTenant } from "../server/tenancy/find-tenant.ts";
import type { CommandContext } from "./command.ts";
import { printable } from "./printable.ts";
import { type Progress, startProgress } from "./progress.ts";
import type { Surroundings } from "./surroundings.ts";

/** The context of one command: opens each thing when it is first asked for, and closes what was opened. */
export class OpenedContext implements CommandContext {
  readonly config: Config;
  readonly now: Temporal.Instant;
  readonly author: string;
  readonly stdin: Readable;
  readonly signal: AbortSignal;
  readonly #surroundings: Surroundings;
  readonly #tenantName: string | null;
  readonly #quiet: boolean;
  #connection: Promise<Connection> | undefined;
  #migrated: Promise<Database> | undefined;
  readonly #bars: Progress[] = [];

  constructor(surroundings: Surroundings, options: { readonly tenantName: string | null; readonly quiet: boolean }) {
    this.#surroundings = surroundings;
    this.#tenantName = options.tenantName;
    this.#quiet = options.quiet;
    this.config = surroundings.loadConfig();
    this.now = surroundings.now();
    this.author = surroundings.author;
    this.stdin = surroundings.stdin;
    this.signal = surroundings.signal;
  }

  async bareDatabase(): Promise<Database> {
    return (await this.#connect()).db;
  }

  db(): Promise<Database> {
    this.#migrated ??= this.#openMigrated();
    return this.#migrated;
  }

  async tenant(): Promise<Tenant & { readonly currency: Currency }> {
    return await findTenant(await this.db(), this.#tenantName);
  }

  progress(label: string, total: number): Progress {
    const watched = this.#surroundings.watched && this.config.ci === "" && !this.#quiet;
    const bar = startProgress(this.#surroundings.stderr, watched, label, total);
    this.#bars.push(bar);
    return bar;
  }

  note(line: string): void {
    this.#surroundings.stderr.write(`${printable(line)}\n`);
  }

  async close(): Promise<void> {
    this.#stopBars();
    await (await this.#opened())?.close();
  }

  async abandon(): Promise<void> {
    this.#stopBars();
    await (await this.#opened())?.abandon();
  }

  /** A bar that is left running hides the cursor and keeps the process alive. */
  #stopBars(): void {
    for (const bar of this.#bars) bar.stop();
  }

  /** One that cannot be worked with is let go of, so that it can be asked for again. */
  async #openMigrated(): Promise<Database> {
    try {
      const connection = await this.#connect();
      await ensureMigrated(connection, (line) => this.note(line));
      return connection.db;
    } catch (error) {
      await (await this.#opened())?.close();
      this.#connection = undefined;
      this.#migrated = undefined;
      throw error;
    }
  }

  #connect(): Promise<Connection> {
    this.#connection ??= this.#surroundings.connect(this.config, (line) => this.note(line));
    return this.#connection;
  }

  /** The connection, when there is one: a failure to open it has been told already. */
  async #opened(): Promise<Connection | undefined> {
    return await this.#connection?.catch(() => undefined);
  }
}
