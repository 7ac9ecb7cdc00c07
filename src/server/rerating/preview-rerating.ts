import { calledText } from "../../core/numbering/stored-number.ts";
import { chargeDifference } from "../../core/rating/charge-difference.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import type { PricedCharge } from "../usage/priced-call.ts";
import type { RunPosition } from "./call-store.ts";
import { booksToRerate, nextPage, PROGRESS_TOTAL, progressOf } from "./next-page.ts";
import { openDesk } from "./open-desk.ts";
import { type ReratingReport, reportOf } from "./report.ts";
import { previewMonths } from "./rerate-months.ts";
import { type ChangedCall, rerateCalls, sameFor } from "./rerate-page.ts";
import type { ReratingRequest } from "./selection.ts";
import type { SameCharge } from "./settle-difference.ts";
import { Tally } from "./tally.ts";

/** What a re-rating would do. */
export interface ReratingPreview extends ReratingReport {
  /** The first calls that would change. */
  readonly examples: readonly ExampleCall[];
}

/** A call that would change, and how its charges come about. */
export interface ExampleCall {
  /** The switch's own key. */
  readonly key: string;
  readonly answeredAt: EpochMs;
  readonly called: string;
  readonly talkedS: number;
  readonly was: readonly ExampleCharge[];
  readonly shouldBe: readonly ExampleCharge[];
}

/** A charge with the names of its account and tariff. */
export interface ExampleCharge
  extends Pick<
    PricedCharge,
    "side" | "amount" | "currency" | "prefix" | "destination" | "rate" | "connectFee" | "billedS"
  > {
  readonly account: string;
  readonly tariff: string;
  /** As text, where the tariff's currency is another. */
  readonly exchangeRate: string | null;
}

/** How a preview is taken. */
export interface PreviewOptions {
  readonly examples: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Calls judged at a time. */
  readonly pageCalls?: number;
}

/** Calls in one page: some megabytes of rows, and a transaction of about a second when they all change. */
export const PAGE_CALLS = 2_000;

/**
 * Judges all calls of a selection as a re-rating would, as they were at one moment, and changes nothing: the totals are
 * those that {@link applyRerating} comes to as long as nothing else changes.
 */
export async function previewRerating(
  db: Database,
  request: ReratingRequest,
  { examples: wanted, onProgress, pageCalls: limit = PAGE_CALLS }: PreviewOptions,
): Promise<ReratingPreview> {
  const { desk } = await openDesk(db, new LiveRatingContext(), request);
  const tally = new Tally();
  const examples: ExampleCall[] = [];
  await db.bulk("ingest", {}, async (tx) => {
    await steadySnapshot(tx);
    const books = await booksToRerate(tx, desk);
    let after: RunPosition | null = null;
    for (;;) {
      const page = await nextPage(tx, desk, { books, after, limit });
      const last = page.at(-1);
      if (last === undefined) break;
      const { changed } = await rerateCalls(tx, desk, { places: page, runId: null }, tally);
      for (const call of changed.slice(0, wanted - examples.length))
        examples.push(exampleOf(desk.context, sameFor(request), call));
      after = last;
      onProgress?.(progressOf(desk, books, last), PROGRESS_TOTAL);
    }
    await previewMonths(tx, desk, tally);
  });
  return { ...reportOf(desk.context, tally.totals), examples };
}

/** Sides that stay as they are explain nothing, and are left out. */
function exampleOf(context: RatingContext, same: SameCharge, { call, inForce, judgement }: ChangedCall): ExampleCall {
  const { reversed, charged } = chargeDifference(inForce, judgement.due, same);
  return {
    key: call.event.key,
    answeredAt: call.answeredAt,
    called: calledText(call.event.called),
    talkedS: call.event.talkedS,
    was: reversed.map(({ charge }) => exampleCharge(context, charge)),
    shouldBe: charged.map((charge) => exampleCharge(context, charge)),
  };
}

function exampleCharge({ accounts, tariffs }: RatingContext, charge: PricedCharge): ExampleCharge {
  const { side, amount, currency, prefix, destination, rate, connectFee, billedS } = charge;
  return {
    ...{ side, amount, currency, prefix, destination, rate, connectFee, billedS },
    account: accounts.get(charge.accountId)?.code ?? charge.accountId,
    tariff: tariffs.tariffs.get(charge.tariffId)?.tariff.name ?? charge.tariffId,
    exchangeRate: charge.converted?.exchangeRate ?? null,
  };
}
