import { setTimeout as sleep } from "node:timers/promises";
import { isDatabaseAway } from "../db/database-failure.ts";
import type { PushedSource } from "../mediation/push-token.ts";

interface Credentials {
  readonly source: string;
  readonly authorization: string | undefined;
}

/** How long a token is good without being looked up again: one that is revoked ends within this time. */
const AGE_MS_MAX = 5_000;
/** How long one that was good is waited for when it is looked up again: the database may be away, and calls go on. */
const LOOK_MS_MAX = 100;
const TOKENS_MAX = 10_000;

/** Remembers which source a token opens, so that a request of a call does not wait for one more look-up. */
export class KnownTokens {
  readonly #look: (credentials: Credentials) => Promise<PushedSource>;
  readonly #known = new Map<string, { readonly source: PushedSource; until: number }>();

  constructor(look: (credentials: Credentials) => Promise<PushedSource>) {
    this.#look = look;
  }

  /**
   * The source that a token opens. While the database is away, or does not answer, tokens that it knew before are good.
   * Errors: those of the look-up; they are not remembered.
   */
  async source(credentials: Credentials): Promise<PushedSource> {
    const name = `${credentials.source}\n${credentials.authorization ?? ""}`;
    const known = this.#known.get(name);
    if (known === undefined) return await this.#lookUp(name, credentials);
    if (known.until > performance.now()) return known.source;
    known.until = performance.now() + LOOK_MS_MAX; // others that come meanwhile do not look as well
    const looking = this.#lookUp(name, credentials).catch((error: unknown) => {
      if (isDatabaseAway(error)) return known.source;
      this.#known.delete(name);
      throw error;
    });
    looking.catch(() => undefined); // whoever no longer waits for it does not hear of it
    return await Promise.race([looking, sleep(LOOK_MS_MAX, known.source, { ref: false })]);
  }

  async #lookUp(name: string, credentials: Credentials): Promise<PushedSource> {
    const source = await this.#look(credentials);
    if (this.#known.size >= TOKENS_MAX) this.#known.clear();
    this.#known.set(name, { source, until: performance.now() + AGE_MS_MAX });
    return source;
  }
}
