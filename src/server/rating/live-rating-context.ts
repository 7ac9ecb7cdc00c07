import type { Tx } from "../db/tx.ts";
import { lookAtSettings, type SettingsLook } from "./changed-settings-store.ts";
import { configFingerprint } from "./fingerprint-store.ts";
import { loadRatingContext, type RatingContext } from "./rating-context.ts";

interface Loaded {
  readonly look: SettingsLook;
  /** On the clock of `performance.now()`. */
  readonly lookedAtMs: number;
  readonly context: RatingContext;
}

/** Changes are noted for a day; who looked longer ago than this reads everything again. */
const LOOK_AGE_MS_MAX = 12 * 3_600_000;

/**
 * Keeps the rating context of every tenant that a long-running process prices for, and replaces it when it is stale.
 * Asked before every batch; the answer costs one small query while nothing changed, and what did not change is kept.
 */
export class LiveRatingContext {
  readonly #loaded = new Map<string, Loaded>();

  /** The context as of now: whatever was committed before the call is in it. */
  async current(tx: Tx, tenantId: string): Promise<RatingContext> {
    const before = this.#loaded.get(tenantId);
    const lookedAtMs = performance.now();
    const isRecent = before !== undefined && lookedAtMs - before.lookedAtMs < LOOK_AGE_MS_MAX;
    // Looked first: a change that commits in between is loaded, and looks like a change next time.
    const { look, changed } = await lookAtSettings(tx, tenantId, isRecent ? before.look : null);
    const context =
      before !== undefined && changed?.size === 0
        ? before.context
        : await loadRatingContext(tx, tenantId, before?.context ?? null, changed);
    // Another, who asked meanwhile, may have seen more.
    if (this.#loaded.get(tenantId) === before) this.#loaded.set(tenantId, { look, lookedAtMs, context });
    return context;
  }

  /** The same, and text that changes whenever a setting does that it depends on, the same in every process. */
  async fingerprinted(
    tx: Tx,
    tenantId: string,
  ): Promise<{ readonly context: RatingContext; readonly fingerprint: string }> {
    const fingerprint = await configFingerprint(tx, tenantId); // first, as in `current`
    return { context: await this.current(tx, tenantId), fingerprint };
  }
}
