import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PERMISSIONS } from "../../src/core/access/permission.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import type { Database } from "../../src/server/db/database.ts";
import type { TenantEvent } from "../../src/server/events/event.ts";
import { recordEvents } from "../../src/server/events/record-events.ts";
import type { OutgoingPolicy } from "../../src/server/outgoing/outgoing-policy.ts";
import { createWebhook, type WantedWebhook } from "../../src/server/webhooks/create-webhook.ts";
import { routeEvents } from "../../src/server/webhooks/route-events.ts";
import { databaseClock, type WebhookClock } from "../../src/server/webhooks/webhook-clock.ts";
import { WebhookDeliverer } from "../../src/server/webhooks/webhook-deliverer.ts";
import type { Operator } from "./operator.ts";

/** Lets webhooks call this machine, whose names all lead to it. */
export const LOOPBACK: OutgoingPolicy = { allowed: ["127.0.0.0/8"], resolve: async () => ["127.0.0.1"] };

/** Webhooks of one operator under a clock that a test moves, delivered by as many processes as it wants. */
export class WebhookRig {
  readonly operator: Operator;
  readonly surroundings: { readonly policy: OutgoingPolicy; readonly secretsKeyFile: string };
  readonly disabled: string[] = [];
  readonly faults: unknown[] = [];
  readonly #dir = mkdtempSync(join(tmpdir(), "tollwright-webhooks-"));
  #aheadMs = 0;

  constructor(operator: Operator, policy: OutgoingPolicy = LOOPBACK) {
    this.operator = operator;
    this.surroundings = { policy, secretsKeyFile: join(this.#dir, "secrets.key") };
  }

  readonly clock: WebhookClock = async (tx) => epochMs((await databaseClock(tx)) + this.#aheadMs);

  /** So much later: the clock is moved, nobody waits. */
  later(seconds: number): void {
    this.#aheadMs += seconds * 1_000;
  }

  /** Somebody of the operator, or of one of its accounts. */
  actor(accountId: string | null = null): Actor {
    const { tenantId } = this.operator;
    const who = { kind: "user", id: null, name: "user:ada@example.com", address: null, impersonator: null } as const;
    return { ...who, tenantId, accountId, permissions: new Set(PERMISSIONS) };
  }

  create(wanted: Partial<WantedWebhook> & { readonly url: string }, accountId: string | null = null) {
    const all = { account: null, description: "", kinds: [], signs: ["hmac"] as const, ...wanted };
    return createWebhook(this.operator.db, this.actor(accountId), all, this.surroundings);
  }

  /** A process that delivers. */
  deliverer(db: Database = this.operator.db): WebhookDeliverer {
    const report = {
      tried: () => undefined,
      disabled: (_delivery: unknown, reason: string) => void this.disabled.push(reason),
      failed: (error: unknown) => void this.faults.push(error),
    };
    return new WebhookDeliverer(db, { ...this.surroundings, report, clock: this.clock });
  }

  /** Lets events happen. */
  async happen(...events: readonly TenantEvent[]): Promise<readonly string[]> {
    const { db, tenantId } = this.operator;
    return await db.transaction("ingest", {}, (tx) => recordEvents(tx, tenantId, events));
  }

  /** Routes what has happened and delivers what is due, until nothing is. */
  async deliver(deliverer: WebhookDeliverer = this.deliverer()): Promise<void> {
    await routeEvents(this.operator.db, this.clock);
    while ((await deliverer.look()) > 0) await deliverer.settled();
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true });
  }
}

/** That an account has little left: the event that tests let happen. */
export const lowBalance = (accountId: string, left = "1"): TenantEvent => ({
  kind: "balance-low",
  accountId,
  data: { threshold: "5", left, currency: "EUR" },
});
