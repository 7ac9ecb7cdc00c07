import type { Database } from "../db/database.ts";
import type { ApiKey } from "./api-key.ts";
import { findKeyByHash } from "./key-store.ts";

/** A key that is good, and whose it is. */
export interface KnownKey extends ApiKey {
  readonly tenantId: string;
}

/** How long what was found is good: one that is revoked or over ends within this time, in every process. */
const AGE_MS_MAX = 800;
const KEYS_MAX = 10_000;

/**
 * Remembers keys for less than a second. However many requests come with a key, it is looked up about once a second,
 * and no message that gets lost can keep one alive that was revoked.
 */
export class KnownKeys {
  readonly #db: Database;
  readonly #known = new Map<string, { readonly key: Promise<KnownKey | undefined>; readonly until: number }>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The key of that hash; undefined: there is none that is good. Errors: those of the database; none is remembered. */
  find(hash: Buffer): Promise<KnownKey | undefined> {
    const name = hash.toString("latin1");
    const known = this.#known.get(name);
    if (known !== undefined && known.until > performance.now()) return known.key;
    const key = this.#lookUp(name, hash);
    // Unknown ones come from who tries them: they must not push out those that are in use.
    if (this.#known.size >= KEYS_MAX) this.#known.clear();
    this.#known.set(name, { key, until: performance.now() + AGE_MS_MAX });
    return key;
  }

  async #lookUp(name: string, hash: Buffer): Promise<KnownKey | undefined> {
    const forget = () => this.#known.delete(name);
    try {
      const key = await this.#db.transaction("ingest", {}, (tx) => findKeyByHash(tx, hash));
      if (key === undefined) forget();
      return key;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
