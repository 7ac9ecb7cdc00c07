import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { type EpochMs, epochMs, fromInstant } from "../../core/time/epoch.ts";
import { backlogIdOf } from "../backlog/backlog-id.ts";
import { SESSION_ENDED } from "../charging/charge-batch.ts";
import type { Charging, Fallback } from "../charging/charging.ts";
import type { ChargingLane } from "../charging/charging-lane.ts";
import type { ChargingAnswer, ChargingRequest } from "../charging/charging-request.ts";
import { sessionIdOf } from "../charging/charging-work.ts";
import { chargingNotKept, chargingOverloaded } from "../charging/problems.ts";
import type { Database } from "../db/database.ts";
import { isKnownEmergency } from "../mediation/known-emergency-numbers.ts";
import { type BlindDecision, decideBlindly, passesAlways } from "./decide-blindly.ts";
import { KnownCalls } from "./known-calls.ts";
import { TenantJournal } from "./tenant-journal.ts";

/** Tells what an outage does to charging. */
export interface OutageReport {
  /** The database no longer decides in time: policies answer. */
  away(error: unknown): void;
  /** It does again. */
  back(outage: { readonly seconds: number; readonly granted: number; readonly refused: number }): void;
  replayed(tenantId: string, entries: number, deadLetters: number): void;
  damaged(tenantId: string, lines: number): void;
  /** A journal could not be written or replayed: it is tried again. */
  failed(tenantId: string, error: unknown): void;
}

export interface OutageOptions {
  /** Where journals lie, one folder a tenant. */
  readonly folder: string;
  /** Milliseconds within which every request is answered. */
  readonly answerMs: number;
  /** What a tenant's journal may take of the disk. */
  readonly journalBytesMax: number;
  /** How many processes charge the same tenants, this one included. */
  readonly processes: number;
  readonly report: OutageReport;
}

interface Tenant {
  readonly journal: TenantJournal;
  readonly calls: KnownCalls;
  readonly ended: Promise<void>;
}

interface Arrived {
  readonly request: ChargingRequest;
  readonly id: string;
  readonly lane: ChargingLane;
  readonly tenant: Tenant;
  readonly atMs: number;
}

/** Of a request's time, what the database has; the rest is for the journal. */
const DATABASE_SHARE = 0.75;
/** The database is back once it has been in time for so long. */
const CALM_MS = 1_000;
/** After a longer outage there are sessions that could not report in time. */
const LONG_MS = 5_000;
/** What waits for longer waits since an outage. */
const BEHIND_MS = 10_000;
/** For so long after the database is back, other processes may still replay what they have. */
const CATCHING_UP_MS = 60_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Answers for the database when it is away, or too slow for a switch to wait. */
export class OutageDesk implements Fallback {
  readonly #db: Database;
  readonly #charging: Charging;
  readonly #options: OutageOptions;
  readonly #journalId: string;
  readonly #end = new AbortController();
  readonly #tenants = new Map<string, Promise<Tenant>>();
  /** Tenants whose journals are open. */
  readonly #open = new Map<string, Tenant>();
  #outage: { readonly sinceMs: number; granted: number; refused: number } | undefined;
  #lastAwayMs = Number.NEGATIVE_INFINITY;
  /** When the latest outage ended that was long enough for sessions to fall silent. */
  #backMs = Number.NEGATIVE_INFINITY;

  private constructor(db: Database, charging: Charging, options: OutageOptions, journalId: string) {
    this.#db = db;
    this.#charging = charging;
    this.#options = options;
    this.#journalId = journalId;
  }

  /** Opens the journals that earlier processes left, and begins to replay them. Errors: those of the folder. */
  static async open(db: Database, charging: Charging, options: OutageOptions): Promise<OutageDesk> {
    const { folder, report } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const desk = new OutageDesk(db, charging, options, await backlogIdOf(folder));
    for (const tenantId of (await readdir(folder)).filter((name) => UUID.test(name)))
      await desk.#tenant(tenantId).catch((error: unknown) => report.failed(tenantId, error));
    charging.fallBackOn(desk);
    return desk;
  }

  get isCatchingUp(): boolean {
    return this.#outage !== undefined || performance.now() - this.#backMs < CATCHING_UP_MS;
  }

  /** What journals have that is not replayed, and when the first of it came; null: nothing. */
  get backlog(): { readonly requests: number; readonly oldestAt: EpochMs | null } {
    const journals = [...this.#open.values()].map(({ journal }) => journal.pending);
    const oldest = journals.flatMap((pending) => pending.oldestAt() ?? []);
    const requests = journals.reduce((sum, { size }) => sum + size, 0);
    return { requests, oldestAt: oldest.length === 0 ? null : epochMs(Math.min(...oldest)) };
  }

  /**
   * Whether books are behind what switches were told: since an outage, and not for the moment that a process with too
   * much to do keeps what it is told.
   */
  get isBehind(): boolean {
    const { oldestAt } = this.backlog;
    return oldestAt !== null && fromInstant(now()) - oldestAt > BEHIND_MS;
  }

  awaits(tenantId: string, request: ChargingRequest): boolean {
    return this.#open.get(tenantId)?.journal.pending.has(sessionIdOf(request)) ?? false;
  }

  /**
   * Decides a request in time, by the database or for it. Errors: Problems `charging-overloaded` and
   * `charging-not-kept`, after which it may be sent again; those of its source.
   */
  async decide(lane: ChargingLane, tenantId: string, request: ChargingRequest): Promise<ChargingAnswer> {
    const tenant = await this.#tenant(tenantId);
    const arrived: Arrived = { request, id: sessionIdOf(request), lane, tenant, atMs: performance.now() };
    const early = tenant.journal.pending.has(arrived.id) ? await this.#behindOthers(arrived) : undefined;
    if (early !== undefined) return early;
    const outcome = await lane.ask(request, Math.max(0, this.#leftMs(arrived, DATABASE_SHARE)));
    if (outcome.kind === "answered") {
      this.#isBack();
      tenant.calls.note(arrived.id, request, outcome.answer);
      return outcome.answer;
    }
    if (outcome.kind === "away") this.#isAway(outcome.error);
    return outcome.kind === "busy" ? await this.#shed(arrived) : await this.#standIn(arrived, outcome.mayCommit);
  }

  /** Takes no more; what was taken is on disk, and replayed as far as the database goes along. */
  async close(): Promise<void> {
    this.#end.abort();
    for (const { journal, ended } of this.#open.values()) {
      await ended;
      await journal.close();
    }
  }

  #tenant(tenantId: string): Promise<Tenant> {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const opening = this.#openTenant(tenantId);
    this.#tenants.set(tenantId, opening);
    opening.catch(() => this.#tenants.delete(tenantId)); // the next request tries again
    return opening;
  }

  async #openTenant(tenantId: string): Promise<Tenant> {
    const { folder, journalBytesMax: bytesMax, report } = this.#options;
    const failed = (error: unknown) => report.failed(tenantId, error);
    const events = {
      replayed: (entries: number, dead: number) => report.replayed(tenantId, entries, dead),
      damaged: (lines: number) => report.damaged(tenantId, lines),
      failed,
    };
    const key = { tenantId, journalId: this.#journalId };
    const options = { folder: join(folder, tenantId), bytesMax, onFault: failed, events };
    const journal = await TenantJournal.open(this.#db, key, options);
    const ended = journal.run(this.#charging.laneOf(tenantId), this.#end.signal);
    const tenant = { journal, calls: new KnownCalls(), ended };
    this.#open.set(tenantId, tenant);
    return tenant;
  }

  /** Answers for a session of which requests wait in the journal: a repeat the same, others go behind them. */
  async #behindOthers(arrived: Arrived): Promise<ChargingAnswer | undefined> {
    const { request, id, tenant } = arrived;
    const { pending } = tenant.journal;
    const waiting = pending.of(id);
    if (request.kind === "authorise" && request.isUnnamed && waiting.some(({ answer }) => answer.kind === "closed"))
      return { kind: "refused", reason: SESSION_ENDED }; // as it is refused once that is decided
    const isRepeat = waiting.find(({ requestKey }) => requestKey === request.requestKey);
    const isGranted = waiting.find(({ answer }) => request.kind === "authorise" && answer.kind === "granted");
    const told = isRepeat ?? isGranted;
    if (told !== undefined) {
      await this.#inTime(arrived, told.safe);
      return told.answer;
    }
    if (request.kind !== "authorise") return await this.#standIn(arrived, false);
    while (pending.has(id)) {
      const leftMs = this.#leftMs(arrived, DATABASE_SHARE);
      if (leftMs <= 0) return await this.#standIn(arrived, false);
      await Promise.race([pending.less(), sleep(leftMs, undefined, { ref: false })]);
    }
    return undefined;
  }

  /** More is asked than can be decided: what calls report is kept, and new ones get the protocol's busy answer. */
  async #shed(arrived: Arrived): Promise<ChargingAnswer> {
    const { request, lane } = arrived;
    if (request.kind === "authorise") {
      const charged = lane.known(request.sourceId);
      const moment = { at: fromInstant(now()), longestS: lane.policy.longestCallS };
      const passes =
        charged === undefined
          ? isKnownEmergency(this.#db, request.sourceId, request.attempt.called)
          : passesAlways(charged, request.attempt, moment);
      if (!passes) throw chargingOverloaded();
    }
    return await this.#standIn(arrived, false);
  }

  /** Answers by policy, and keeps what has to be decided later. */
  async #standIn(arrived: Arrived, mayCommit: boolean): Promise<ChargingAnswer> {
    const { request, id, tenant } = arrived;
    const { journal, calls } = tenant;
    const decision = this.#blindly(request, arrived);
    const { answer } = decision;
    if (request.kind === "authorise") this.#count(answer);
    if (request.kind === "authorise" && answer.kind === "refused" && !mayCommit) return answer;
    const safe = journal.append({ ...decision, at: fromInstant(now()) });
    if (request.kind === "authorise" && answer.kind === "refused") return answer; // nothing is lost with it
    if (safe === undefined) throw chargingNotKept({ reason: "it is full" });
    await this.#inTime(arrived, safe);
    calls.note(id, request, answer, { isBlind: true });
    return answer;
  }

  #blindly(request: ChargingRequest, { id, lane, tenant: { journal, calls } }: Arrived): BlindDecision {
    return decideBlindly(request, {
      charged: lane.known(request.sourceId),
      isEmergency: ({ called }) => isKnownEmergency(this.#db, request.sourceId, called),
      call: calls.get(id),
      hasEnded: calls.hasEnded(id),
      riskOf: (accountId) => journal.pending.riskOf(accountId),
      policy: lane.policy,
      processes: this.#options.processes,
      at: fromInstant(now()),
    });
  }

  async #inTime(arrived: Arrived, safe: Promise<void>): Promise<void> {
    const leftMs = Math.max(1, this.#leftMs(arrived, 1));
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), leftMs);
    const ended = await Promise.race([safe, late.promise]);
    clearTimeout(timer);
    if (ended === "late") throw chargingNotKept({ reason: "its disk is too slow, or cannot be written" });
  }

  #leftMs({ atMs }: Arrived, share: number): number {
    return atMs + this.#options.answerMs * share - performance.now();
  }

  #count({ kind }: ChargingAnswer): void {
    if (this.#outage === undefined) return;
    if (kind === "granted") this.#outage.granted += 1;
    else this.#outage.refused += 1;
  }

  #isAway(error: unknown): void {
    this.#lastAwayMs = performance.now();
    if (this.#outage !== undefined) return;
    this.#outage = { sinceMs: this.#lastAwayMs, granted: 0, refused: 0 };
    this.#options.report.away(error);
  }

  #isBack(): void {
    const nowMs = performance.now();
    if (this.#outage === undefined || nowMs - this.#lastAwayMs < CALM_MS) return;
    const { sinceMs, granted, refused } = this.#outage;
    this.#outage = undefined;
    if (nowMs - sinceMs > LONG_MS) this.#backMs = nowMs;
    this.#options.report.back({ seconds: Math.ceil((nowMs - sinceMs) / 1_000), granted, refused });
  }
}
