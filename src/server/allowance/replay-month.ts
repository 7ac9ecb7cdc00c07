import { NO_UNITS, sameUnits } from "../../core/allowance/bucket-units.ts";
import { chargePartsToJson } from "../../core/allowance/charge-part.ts";
import type { Span } from "../../core/allowance/cycle.ts";
import { MonthFold, needsTotals } from "../../core/allowance/month-fold.ts";
import type { PoolRules } from "../../core/allowance/pool-rules.ts";
import type { PoolState } from "../../core/allowance/pool-state.ts";
import { hasUnits } from "../../core/allowance/price-around-holds.ts";
import type { CycleTotals } from "../../core/allowance/price-by-tiers.ts";
import { rulesOf } from "../../core/catalog/pool-month.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import { invariant } from "../../core/invariant.ts";
import { sameDescription } from "../../core/rating/charge-difference.ts";
import { uuidBytes } from "../db/binary-copy.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import { priceSide } from "../rating/price-call.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import { loadTariffSet, type TariffSet } from "../rating/tariff-set.ts";
import {
  type DueCall,
  entriesByPlace,
  placeKey,
  type SameCharge,
  settleDifference,
} from "../rerating/settle-difference.ts";
import { entriesInForce } from "../usage/charge-entries.ts";
import { holdStoredCalls } from "../usage/hold-stored-calls.ts";
import type { ChargeEntry, PricedCharge } from "../usage/priced-call.ts";
import { loadChargeEntries } from "../usage/stored-usage.ts";
import { allowancesOf } from "./locked-units.ts";
import {
  createMonths,
  listMonths,
  lockMonths,
  type StoredMonth,
  saveMonths,
  type TurnPosition,
} from "./month-store.ts";
import { insertReplayBatch, lockIdentities, type PoolCall, poolCalls } from "./pool-call-store.ts";
import { callInTurn, chargeFields, rulesHash } from "./turn.ts";
import { listUnitHolds, lockUnitHolds } from "./unit-hold-store.ts";

/** One month of a pool that is to be priced again as a whole. */
export interface MonthToReplay {
  readonly pool: Pool;
  readonly month: Span;
  readonly start: PoolState;
  /** Set when a re-rating asks for it. */
  readonly rerating?: MonthRerating;
}

/** What a re-rating wants beside the turns. */
export interface MonthRerating {
  readonly runId: string;
  readonly bookedBy: string;
  readonly memo: string;
  /** Calls that get the prices of today; the others keep the tariff version that they are charged at. */
  readonly isRepriced: (call: PoolCall) => boolean;
  /** Called in the transaction that has written the entries. */
  readonly onWritten: (tx: Tx, entries: readonly ChargeEntry[]) => Promise<void>;
}

export interface ReplayedMonth {
  /** Entries that were written: reversals and new charges. */
  readonly entries: number;
  readonly end: PoolState;
}

/** Imports that come in between make a replay begin again; a month that never rests is left stale for the next one. */
const TRIES_MAX = 5;

/**
 * Prices a pool's month again: its calls in order of answer and id, from the state at its start, each at the tariff
 * version that it is charged at. What differs from what is charged is reversed and charged anew, a few thousand calls a
 * transaction; then the month is no longer stale, unless open sessions hold what a call would have used: that is left
 * alone, and the month is priced again when it is released. Undefined: calls kept coming in between.
 *
 * Reads without locks, and writes only while the month's revision is the one that was read. A replay that was killed
 * leaves the month stale, and the next one finds less to do. Doing it twice writes nothing the second time.
 */
export async function replayMonth(
  db: Database,
  context: RatingContext,
  wanted: MonthToReplay,
): Promise<ReplayedMonth | undefined> {
  for (let tried = 0; tried < TRIES_MAX; tried += 1) {
    await db.transaction("ingest", {}, (tx) => createMonths(tx, context.tenantId, [newMonth(wanted)]));
    const replayed = await new Replay(db, context, wanted).run();
    if (replayed !== undefined) return replayed;
  }
  return undefined;
}

const newMonth = ({ pool, month, start }: MonthToReplay) => ({
  ...{ bookId: pool.bookId, poolId: pool.id, startAt: month.startAt, startState: start, stale: true },
  rulesHash: rulesHash(rulesOf(pool, month)),
});

/**
 * What a replay would write, charge by charge, and how the month would end: for a preview, which changes nothing. The
 * month is read as `reader` sees it.
 */
export async function previewMonth(
  reader: BulkTx,
  context: RatingContext,
  wanted: MonthToPrice,
  onDiffering: (was: PricedCharge, due: PricedCharge) => void,
): Promise<PoolState> {
  const pricing = new MonthPricing(context, wanted);
  const fold = await pricing.open(reader);
  for await (const { differing } of pricing.price(reader, fold))
    for (const { was, due } of differing)
      for (const [accountId, charge] of due) onDiffering(was.get(accountId) as PricedCharge, charge);
  return fold.state;
}

/** Calls of one page whose charges differ from what they should be, and where the page ends. */
interface Page {
  readonly differing: readonly DifferingCall[];
  readonly last: TurnPosition;
}

interface DifferingCall extends TurnPosition {
  /** What accounts of the pool are charged and should be, by their ids; only where they differ. */
  readonly was: Map<string, PricedCharge>;
  readonly due: Map<string, PricedCharge>;
}

/** What pricing a month takes; writing it takes more. */
export interface MonthToPrice extends Omit<MonthToReplay, "rerating"> {
  readonly rerating?: Pick<MonthRerating, "isRepriced">;
}

/** The prices of a month's calls, in their turns. */
class MonthPricing {
  readonly #context: RatingContext;
  readonly #wanted: MonthToPrice;
  readonly #tariffs = new Map<number, TariffSet>();
  readonly rules: PoolRules;
  /** Open sessions hold what calls of the month would have used otherwise. */
  waitsForHolds = false;
  /** What they hold. */
  held = NO_UNITS;

  constructor(context: RatingContext, wanted: MonthToPrice) {
    this.#context = context;
    this.#wanted = wanted;
    this.rules = rulesOf(wanted.pool, wanted.month);
    this.#tariffs.set(context.tariffs.epoch, context.tariffs);
  }

  /** A fold at the month's start; where steps of volume need it, its calls are counted first. */
  async open(reader: BulkTx): Promise<MonthFold> {
    const { pool, start } = this.#wanted;
    const holds = await listUnitHolds(reader, allowancesOf(pool, this.rules));
    this.held = holds.flatMap(({ units }) => units);
    return new MonthFold(this.rules, start, needsTotals(this.rules) ? await this.#count(reader) : undefined);
  }

  async #count(reader: BulkTx): Promise<CycleTotals> {
    const counting = new MonthFold(this.rules, this.#wanted.start);
    for await (const page of this.price(reader, counting)) invariant(page.last, "a page has calls");
    return counting.totals;
  }

  async *price(reader: BulkTx, fold: MonthFold): AsyncGenerator<Page> {
    for await (const calls of poolCalls(reader, this.#wanted.pool, this.#wanted.month)) {
      const differing = new Map<string, DifferingCall>();
      for (const call of calls) {
        const due = await this.#due(reader, fold, call);
        if (sameInTurn(call.charge, due)) continue;
        const { answeredAt, usageId } = call;
        const known = differing.get(usageId) ?? { answeredAt, usageId, was: new Map(), due: new Map() };
        differing.set(usageId, known);
        known.was.set(due.accountId, call.charge);
        known.due.set(due.accountId, due);
      }
      yield { differing: [...differing.values()], last: calls.at(-1) as PoolCall };
    }
  }

  /** What should be charged; a call without a price by now keeps the one it has. */
  async #due(reader: BulkTx, fold: MonthFold, call: PoolCall): Promise<PricedCharge> {
    const { answeredAt, charge, event } = call;
    const account = this.#context.accounts.get(charge.accountId);
    const today = this.#wanted.rerating?.isRepriced(call) ? this.#today(call) : undefined;
    const { tariffs } = await this.#tariffsAt(reader, (today ?? charge).tariffEpoch);
    const loaded = tariffs.get((today ?? charge).tariffId);
    if (account === undefined || loaded === undefined) return charge;
    const turn = { account, loaded, event, answeredAt };
    const inTurn = callInTurn(this.#context, turn);
    if (inTurn === null) return charge;
    const { coverage: _, ...own } = today ?? charge;
    const priced = fold.price(inTurn, { others: this.held, own: NO_UNITS });
    this.waitsForHolds ||= priced.waitsForHolds;
    return { ...own, ...chargeFields(this.#context, turn, priced.charge) };
  }

  /** The charge by today's tariff alone; undefined where it has no price for the call. */
  #today({ charge: { accountId, side }, event, answeredAt }: PoolCall): PricedCharge | undefined {
    const account = this.#context.accounts.get(accountId);
    const priced = account && priceSide(this.#context, account, side, event, answeredAt);
    return priced === undefined || "code" in priced ? undefined : priced;
  }

  async #tariffsAt(tx: Tx, epoch: number): Promise<TariffSet> {
    const known = this.#tariffs.get(epoch);
    if (known !== undefined) return known;
    const { tenantId, tariffs } = this.#context;
    const loaded = await loadTariffSet(tx, tenantId, { epoch, previous: tariffs });
    this.#tariffs.set(epoch, loaded);
    return loaded;
  }
}

/** One try. */
class Replay {
  readonly #db: Database;
  readonly #context: RatingContext;
  readonly #wanted: MonthToReplay;
  readonly #pricing: MonthPricing;
  #entries = 0;

  constructor(db: Database, context: RatingContext, wanted: MonthToReplay) {
    this.#db = db;
    this.#context = context;
    this.#wanted = wanted;
    this.#pricing = new MonthPricing(context, wanted);
  }

  /** Undefined when the month was changed meanwhile. */
  async run(): Promise<ReplayedMonth | undefined> {
    const { pool, month, start } = this.#wanted;
    return await this.#db.bulk("ingest", {}, async (reader) => {
      await steadySnapshot(reader);
      const [before] = (await listMonths(reader, [pool])).filter(({ startAt }) => startAt === month.startAt);
      if (before === undefined) return undefined;
      const fold = await this.#pricing.open(reader);
      let position: TurnPosition = { answeredAt: month.startAt, usageId: NO_UUID };
      for await (const { differing, last } of this.#pricing.price(reader, fold)) {
        if (!(await this.#write(before.revision, differing))) return undefined;
        position = last;
      }
      return await this.#finish({ ...before, startState: start, state: fold.state, position });
    });
  }

  /** Brings charges to what they should be; false when the month was changed meanwhile. */
  async #write(revision: bigint, differing: readonly DifferingCall[]): Promise<boolean> {
    if (differing.length === 0) return true;
    const { tenantId, accounts } = this.#context;
    const { pool, rerating } = this.#wanted;
    return await this.#db.bulk("ingest", {}, async (tx) => {
      await holdStoredCalls(tx, tenantId);
      await lockIdentities(
        tx,
        differing.map(({ usageId }) => usageId),
      );
      if ((await this.#lock(tx))?.revision !== revision) return false;
      const places = differing.map(({ answeredAt, usageId }) => ({ bookId: pool.bookId, answeredAt, usageId }));
      const atPlace = entriesByPlace(await loadChargeEntries(tx, places));
      const calls = differing.map(({ answeredAt, usageId, due }): DueCall => {
        const place = { usageId: uuidBytes(usageId), bookId: pool.bookId, answeredAt };
        const inForce = entriesInForce(atPlace.get(placeKey(place)) ?? []);
        return { ...place, due: inForce.map(({ charge }) => dueOf(charge, due)) };
      });
      const { runId = null, bookedBy, memo } = rerating ?? REPLAY;
      const batch = await insertReplayBatch(tx, tenantId, runId);
      const settling = { tenantId, accounts, ...batch, bookedBy, memo };
      const entries = await settleDifference(tx, settling, calls, sameInTurn);
      this.#entries += entries.length;
      await rerating?.onWritten(tx, entries);
      return true;
    });
  }

  async #finish(month: StoredMonth): Promise<ReplayedMonth | undefined> {
    return await this.#db.transaction("ingest", {}, async (tx) => {
      if ((await this.#lock(tx))?.revision !== month.revision) return undefined;
      const { rules, held, waitsForHolds } = this.#pricing;
      const holds = await lockUnitHolds(tx, this.#context.tenantId, allowancesOf(this.#wanted.pool, rules));
      const heldNow = holds.flatMap(({ units }) => units);
      // Sessions may have been granted more meanwhile.
      if (!sameUnits(heldNow, held) && !hasUnits(rules, month.state, heldNow)) return undefined;
      await saveMonths(tx, [{ ...month, rulesHash: rulesHash(rules), stale: waitsForHolds }]);
      return { entries: this.#entries, end: month.state };
    });
  }

  /** Undefined: a setup has made the replay forget what it knew. */
  async #lock(tx: Tx): Promise<StoredMonth | undefined> {
    const { pool, month } = this.#wanted;
    const [locked] = await lockMonths(tx, [{ bookId: pool.bookId, poolId: pool.id, startAt: month.startAt }]);
    return locked;
  }
}

/** Who signs a replay that nobody asked for by name. */
const REPLAY = { runId: null, bookedBy: "replay", memo: "Cumulative prices, replayed" };

const NO_UUID = "00000000-0000-0000-0000-000000000000";

/** The charge of another side stays as it is. */
const dueOf = (charge: PricedCharge, due: ReadonlyMap<string, PricedCharge>): PricedCharge =>
  charge.side === "cost" ? charge : (due.get(charge.accountId) ?? charge);

/** Whether two charges are the same to the reasons that are stored with them. */
const sameInTurn: SameCharge = (a, b) =>
  sameDescription(a, b) && JSON.stringify(partsOf(a)) === JSON.stringify(partsOf(b));

const partsOf = ({ coverage }: PricedCharge) =>
  coverage && [coverage.coveredS, chargePartsToJson(coverage.parts).map((part) => Object.entries(part).sort())];
