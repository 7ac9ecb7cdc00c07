import { calledText } from "../../core/numbering/stored-number.ts";
import { serviceOf } from "../../core/usage/service-units.ts";
import type { MonthRerating } from "../allowance/replay-month.ts";
import { type PoolsToRerate, previewPools, reratePools } from "../allowance/rerate-pools.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx } from "../db/tx.ts";
import { tariffAt } from "../rating/rating-context.ts";
import type { ChargeEntry, PricedCharge } from "../usage/priced-call.ts";
import type { ReratingDesk } from "./judge-call.ts";
import { addInTurn, lockRun, type ReratingRun } from "./run-store.ts";
import { isSelected } from "./selection.ts";
import type { Tally } from "./tally.ts";

/** What a re-rating would change of the months whose calls are priced in their turns; changes nothing. */
export async function previewMonths(reader: BulkTx, desk: ReratingDesk, tally: Tally): Promise<void> {
  const rerating = { isRepriced: repricedBy(desk) };
  await previewPools(reader, desk.context, poolsOf(desk), rerating, (was, due) => tally.replay(was, due));
}

/** Prices those months again, for a run that has taken all of its calls. Answers whether every pool came to rest. */
export async function rerateMonths(db: Database, desk: ReratingDesk, run: ReratingRun): Promise<boolean> {
  const { tenantId } = desk.request;
  const goesOn = () =>
    db.transaction("app", { tenantId }, async (tx) => (await lockRun(tx, tenantId, run.id))?.state === "running");
  const rerating = {
    runId: run.id,
    bookedBy: run.author,
    memo: `Re-rating: ${run.reason}`,
    isRepriced: repricedBy(desk),
    onWritten: (tx: Parameters<typeof addInTurn>[0], entries: readonly ChargeEntry[]) => addInTurn(tx, run, entries),
  };
  return (await reratePools(db, desk.context, poolsOf(desk), rerating, goesOn)) === 0;
}

/** Calls that were given to other payers may be in anybody's months. */
const poolsOf = ({ request: { selection, options } }: ReratingDesk): PoolsToRerate => ({
  accountIds: options.findParties ? null : selection.accounts,
  from: selection.from,
});

/**
 * Whether a call gets the prices of today: what was asked for must hold, but for the source, which a month does not
 * tell apart. The other calls of the month keep the tariff version that they are charged at.
 */
function repricedBy({ context, request: { selection } }: ReratingDesk): MonthRerating["isRepriced"] {
  const { from, to, prefix, destination, currency, beforeEpoch } = selection;
  return ({ answeredAt, event, charge }) => {
    const today = tariffAt(context, charge.accountId, { at: answeredAt, service: serviceOf(event) })?.tariff.id;
    const asked = (tariffId: string) => isSelected(selection, { ...charge, tariffId });
    return (
      (from === null || answeredAt >= from) &&
      (to === null || answeredAt < to) &&
      (prefix === null || calledText(event.called).startsWith(prefix)) &&
      (destination === null || charge.destination === destination) &&
      (currency === null || isConverted(charge, currency)) &&
      (beforeEpoch === null || charge.tariffEpoch < beforeEpoch) &&
      (asked(charge.tariffId) || (today !== undefined && asked(today)))
    );
  };
}

const isConverted = ({ currency, converted }: PricedCharge, wanted: string): boolean =>
  converted !== null && (currency === wanted || converted.tariffCurrency === wanted);
