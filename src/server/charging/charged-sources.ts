import { invariant } from "../../core/invariant.ts";
import type { Database } from "../db/database.ts";
import { openSourceNow } from "../mediation/open-source-now.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import type { ChargedSource } from "./charging-work.ts";

/** How old settings and prices may be that a call is decided by; they are read again before, and no call waits. */
const SETTINGS_AGE_MS_MAX = 1_000;
const SETTINGS_REFRESH_MS = 500;

/** The sources of a tenant whose calls this process charges, with their settings and prices in memory. */
export class ChargedSources {
  readonly #db: Database;
  readonly #tenantId: string;
  readonly #rating = new LiveRatingContext();
  readonly #loaded = new Map<string, ChargedSource & { readonly loadedAtMs: number }>();
  readonly #loading = new Map<string, Promise<void>>();

  constructor(db: Database, tenantId: string) {
    this.#db = db;
    this.#tenantId = tenantId;
  }

  /** All that were ever read, as they were read last. */
  get known(): ReadonlyMap<string, ChargedSource> {
    return this.#loaded;
  }

  /** Settings and prices of a source, young enough to decide by. Errors: those of {@link openSourceNow}. */
  async now(sourceId: string): Promise<ChargedSource> {
    const known = this.#loaded.get(sourceId);
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.loadedAtMs;
    if (known !== undefined && ageMs < SETTINGS_REFRESH_MS) return known;
    const loading = this.#loading.get(sourceId) ?? this.#read(sourceId);
    if (ageMs >= SETTINGS_AGE_MS_MAX) await loading;
    else loading.catch(() => undefined); // the next try, when they are too old, tells
    const loaded = this.#loaded.get(sourceId);
    invariant(loaded, "a source that was read is there");
    return loaded;
  }

  #read(sourceId: string): Promise<void> {
    const loading = this.#readNow(sourceId).finally(() => this.#loading.delete(sourceId));
    this.#loading.set(sourceId, loading);
    return loading;
  }

  async #readNow(sourceId: string): Promise<void> {
    const loadedAtMs = performance.now();
    const opened = await openSourceNow(this.#db, { tenantId: this.#tenantId, sourceId }, this.#rating);
    this.#loaded.set(sourceId, { ...opened, loadedAtMs });
  }
}
