import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import type { OutgoingPolicy } from "../outgoing/outgoing-policy.ts";
import { secretsKeyUnusable } from "../secrets/problems.ts";
import { readSecretsKey } from "../secrets/secrets-key.ts";
import { type DueDelivery, giveBack, loadSecrets, type StoredSecret, type Try, takeDue } from "./outbox-store.ts";
import { openWebhookSecret } from "./sealed-webhook-secret.ts";
import { sendMessage } from "./send-message.ts";
import { settleTry } from "./settle-try.ts";
import type { DisabledReason } from "./webhook.ts";
import { databaseClock, type WebhookClock } from "./webhook-clock.ts";

/** Deliveries under way at a time in this process; each waits for another's server most of its time. */
const RUNNING_MAX = 200;

/** Tells what came of deliveries. */
export interface WebhooksReport {
  tried(delivery: DueDelivery, tried: Try): void;
  disabled(delivery: DueDelivery, reason: Exclude<DisabledReason, "asked">): void;
  failed(error: unknown): void;
}

export interface DelivererOptions {
  readonly policy: OutgoingPolicy;
  readonly secretsKeyFile: string;
  readonly report: WebhooksReport;
  readonly clock?: WebhookClock;
}

/**
 * Sends what is due, many at a time, and notes what came of it. What was sent and could not be noted, because the
 * process died or the database was away, is sent again: a message arrives at least once.
 */
export class WebhookDeliverer {
  readonly #db: Database;
  readonly #options: Required<DelivererOptions>;
  readonly #running = new Map<string, { readonly webhookId: string; readonly end: Promise<void> }>();

  constructor(db: Database, options: DelivererOptions) {
    this.#db = db;
    this.#options = { clock: databaseClock, ...options };
  }

  /** Begins what is due and finds room; answers how many. Errors: those of the database and of the key file. */
  async look(): Promise<number> {
    const limit = RUNNING_MAX - this.#running.size;
    if (limit === 0) return 0;
    const running = new Map<string, number>();
    for (const { webhookId } of this.#running.values()) running.set(webhookId, (running.get(webhookId) ?? 0) + 1);
    const { at, due, secrets } = await this.#db.transaction("ingest", {}, async (tx) => {
      const now = await this.#options.clock(tx);
      const taken = await takeDue(tx, now, { limit, running });
      const webhookIds = [...new Set(taken.map(({ webhookId }) => webhookId))];
      return { at: now, due: taken, secrets: webhookIds.length === 0 ? [] : await loadSecrets(tx, webhookIds, now) };
    });
    for (const delivery of due) {
      const own = secrets.filter(({ webhookId }) => webhookId === delivery.webhookId);
      const end = this.#deliver(delivery, own, at)
        .catch((error: unknown) => this.#options.report.failed(error))
        .finally(() => this.#running.delete(delivery.id));
      this.#running.set(delivery.id, { webhookId: delivery.webhookId, end });
    }
    return due.length;
  }

  /** Waits until one of those under way has ended. */
  async ended(): Promise<void> {
    await Promise.race([...this.#running.values()].map(({ end }) => end));
  }

  /** Waits for everything that was begun. */
  async settled(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ end }) => end));
  }

  async #deliver(delivery: DueDelivery, stored: readonly StoredSecret[], at: EpochMs): Promise<void> {
    const { policy, report, clock } = this.#options;
    const secrets = await this.#opened(stored).catch(async (error: unknown) => {
      // The receiver has no part in it: it does not count as a try.
      await this.#db.transaction("ingest", {}, (tx) => giveBack(tx, delivery));
      throw error;
    });
    const tried = await sendMessage(delivery, { policy, secrets, at });
    report.tried(delivery, tried);
    const disabled = await this.#db.transaction("ingest", {}, async (tx) =>
      settleTry(tx, delivery, tried, await clock(tx)),
    );
    if (disabled !== null) report.disabled(delivery, disabled);
  }

  async #opened(stored: readonly StoredSecret[]) {
    const path = this.#options.secretsKeyFile;
    const key = await readSecretsKey(path);
    if (key === undefined) throw secretsKeyUnusable({ path, reason: "it is not there" });
    return stored.map((secret) => ({ kind: secret.kind, text: openWebhookSecret(key, secret, secret) }));
  }
}
