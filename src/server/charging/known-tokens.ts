import type { PushedSource } from "../mediation/push-token.ts";

interface Credentials {
  readonly source: string;
  readonly authorization: string | undefined;
}

/** How long a token is good without being looked up again: one that is revoked ends within this time. */
const AGE_MS_MAX = 5_000;
const TOKENS_MAX = 10_000;

/** Remembers which source a token opens, so that a request of a call does not wait for one more look-up. */
export class KnownTokens {
  readonly #look: (credentials: Credentials) => Promise<PushedSource>;
  readonly #known = new Map<string, { readonly source: PushedSource; readonly until: number }>();

  constructor(look: (credentials: Credentials) => Promise<PushedSource>) {
    this.#look = look;
  }

  /** Errors: those of the look-up; they are not remembered. */
  async source(credentials: Credentials): Promise<PushedSource> {
    const name = `${credentials.source}\n${credentials.authorization ?? ""}`;
    const known = this.#known.get(name);
    if (known !== undefined && known.until > performance.now()) return known.source;
    const source = await this.#look(credentials);
    if (this.#known.size >= TOKENS_MAX) this.#known.clear();
    this.#known.set(name, { source, until: performance.now() + AGE_MS_MAX });
    return source;
  }
}
