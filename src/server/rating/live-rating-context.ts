import type { Tx } from "../db/tx.ts";
import { configFingerprint } from "./fingerprint-store.ts";
import { loadRatingContext, type RatingContext } from "./rating-context.ts";

interface Loaded {
  readonly fingerprint: string;
  readonly context: RatingContext;
}

/**
 * Keeps the rating context of every tenant that a long-running process prices for, and replaces it when it is stale.
 * Asked before every batch; the answer costs one small query while nothing changed, and tariffs whose version did not
 * change are kept.
 */
export class LiveRatingContext {
  readonly #loaded = new Map<string, Loaded>();

  /** The context as of now: whatever was committed before the call is in it. */
  async current(tx: Tx, tenantId: string): Promise<RatingContext> {
    const before = this.#loaded.get(tenantId);
    // Read first: a change that commits in between is loaded, and looks stale next time.
    const fingerprint = await configFingerprint(tx, tenantId);
    if (before?.fingerprint === fingerprint) return before.context;
    const context = await loadRatingContext(tx, tenantId, before?.context ?? null);
    this.#loaded.set(tenantId, { fingerprint, context });
    return context;
  }

  /** Changes whenever a setting does that the tenant's context was loaded from; "" before it is asked for. */
  fingerprintOf(tenantId: string): string {
    return this.#loaded.get(tenantId)?.fingerprint ?? "";
  }
}
