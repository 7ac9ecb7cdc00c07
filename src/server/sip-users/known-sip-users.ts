import { randomBytes } from "node:crypto";
import type { Database } from "../db/database.ts";
import { secretsKeyUnusable } from "../secrets/problems.ts";
import { hasKey, readSecretsKey, type SecretsKey, secretsKeyOf } from "../secrets/secrets-key.ts";
import { sipUsersUnavailable } from "./problems.ts";
import { openSipUser, sealSipUser } from "./sealed-sip-user.ts";
import { isRealm, isSipUserName, type KnownSipUser } from "./sip-user.ts";
import { findSipUsersByName, type StoredSipUser, tenantsWithSipUsers, type WantedSipUser } from "./sip-user-store.ts";

export type { WantedSipUser };

/** How long a user is good without being looked up again: a new password is in force within this time. */
const AGE_MS_MAX = 5_000;
/** How long one who was known is good where the database cannot be asked, and how long that may take to be seen. */
const AGE_WHILE_AWAY_MS_MAX = 3_600_000;
const LOOK_UP_MS_MAX = 500;
/** Names that are remembered, and names that one statement looks up. */
const KNOWN_MAX = 20_000;
const WANTED_MAX = 500;

/** A name that is asked for, with everybody who waits for it. */
interface Lookup {
  readonly wanted: WantedSipUser;
  readonly resolve: (user: KnownSipUser | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What is known of a name: its user, or that there is none. */
interface Known {
  readonly user: KnownSipUser | undefined;
  readonly atMs: number;
}

/**
 * Looks SIP users up for requests of calls. Names that are asked for while a look-up is under way share the next one.
 * What is known is good for some seconds, that there is no such user too: an unknown name costs as much as a known one.
 * While the database is away users are known as they were before.
 */
export class KnownSipUsers {
  readonly #db: Database;
  readonly #keyFile: string;
  readonly #known = new Map<string, Known>();
  /** Tenants that have no users at all, and when that was seen: most switches prove who calls in another way. */
  readonly #without = new Map<string, number>();
  readonly #asked = new Map<string, Promise<KnownSipUser | undefined>>();
  #waiting: Lookup[] = [];
  #isRunning = false;
  #key: SecretsKey | undefined;

  constructor(db: Database, secretsKeyFile: string) {
    this.#db = db;
    this.#keyFile = secretsKeyFile;
  }

  /**
   * The user of that name in that realm, or in any; undefined: there is none. Errors: those of the database, Problems
   * `sip-users-unavailable`, `secrets-key-unusable` and `secret-sealed-otherwise`.
   */
  async find(wanted: WantedSipUser): Promise<KnownSipUser | undefined> {
    const { tenantId, name, realm } = wanted;
    if (!isSipUserName(name) || !isRealm(realm)) return undefined;
    const key = `${tenantId}\n${name}\n${realm}`;
    const withoutMs = this.#without.get(tenantId);
    const known = withoutMs === undefined ? this.#known.get(key) : { user: undefined, atMs: withoutMs };
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.atMs;
    if (known !== undefined && ageMs < AGE_MS_MAX) return known.user;
    try {
      return await inTime(this.#asked.get(key) ?? this.#ask(key, wanted));
    } catch (error) {
      if (known !== undefined && ageMs < AGE_WHILE_AWAY_MS_MAX) return known.user;
      throw error;
    }
  }

  /** Asks once for everybody who asks meanwhile. */
  #ask(key: string, wanted: WantedSipUser): Promise<KnownSipUser | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<KnownSipUser | undefined>();
    this.#asked.set(key, promise);
    promise.then(
      (user) => this.#remember(key, user),
      () => this.#asked.delete(key),
    );
    this.#waiting.push({ wanted, resolve, reject });
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  #remember(key: string, user: KnownSipUser | undefined): void {
    this.#asked.delete(key);
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(key, { user, atMs: performance.now() });
  }

  /** Settles whoever waits; never throws. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    await Promise.resolve(); // names of the same moment share the first look-up, too
    while (this.#waiting.length > 0) await this.#lookUp(this.#waiting.splice(0, WANTED_MAX));
    this.#isRunning = false;
  }

  async #lookUp(lookups: readonly Lookup[]): Promise<void> {
    try {
      const wanted = lookups.map((lookup) => lookup.wanted);
      const tenantIds = [...new Set(wanted.map(({ tenantId }) => tenantId))];
      const [found, withUsers] = await this.#db.transaction("ingest", {}, (tx) =>
        Promise.all([findSipUsersByName(tx, wanted), tenantsWithSipUsers(tx, tenantIds)]),
      );
      for (const tenantId of tenantIds)
        if (withUsers.has(tenantId)) this.#without.delete(tenantId);
        else this.#without.set(tenantId, performance.now());
      // One that is sealed under a key that is new has to be read first: keys are rotated while calls go on.
      if (found.some((user) => user !== undefined && !hasKey(this.#key, user.sealed.keyId)))
        this.#key = await this.#readKey();
      for (const [index, lookup] of lookups.entries()) this.#settle(lookup, found[index]);
    } catch (error) {
      for (const { reject } of lookups) reject(error);
    }
  }

  #settle({ resolve, reject }: Lookup, stored: StoredSipUser | undefined): void {
    if (stored === undefined) {
      openSipUser(DECOY.stored, DECOY.key); // takes the time that a user takes
      resolve(undefined);
      return;
    }
    try {
      resolve(openSipUser(stored, this.#key as SecretsKey));
    } catch (error) {
      this.#key = undefined; // the file may have been put right since
      reject(error);
    }
  }

  async #readKey(): Promise<SecretsKey> {
    const key = await readSecretsKey(this.#keyFile);
    if (key === undefined) throw secretsKeyUnusable({ path: this.#keyFile, reason: "it is not there" });
    return key;
  }
}

/** A switch waits for seconds, and the database's own limits are longer. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(sipUsersUnavailable()), LOOK_UP_MS_MAX);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nobody: what is done for a name that there is not. */
const DECOY = (() => {
  const key = secretsKeyOf(randomBytes(32));
  const password = randomBytes(12).toString("base64url");
  const nobody = { id: "", tenantId: "", accountId: "", name: "", realm: "" };
  return { key, stored: sealSipUser({ ...nobody, secret: { kind: "password", password } }, key) };
})();
