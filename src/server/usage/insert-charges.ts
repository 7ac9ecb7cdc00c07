import { chargePartsToJson } from "../../core/allowance/charge-part.ts";
import type { RowSink, UuidWords } from "../db/binary-copy.ts";
import type { Tx } from "../db/tx.ts";
import type { BatchOrigin } from "./batch-origin.ts";
import { cachedUuid } from "./cached-uuid.ts";
import type { ChargeEntry, PricedCharge } from "./priced-call.ts";
import { writeRows } from "./write-rows.ts";

type ChargeOrigin = Omit<BatchOrigin, "sourceId">;

/** All columns of a charge. */
export const CHARGE_COLUMNS = `tenant_id, batch_id, book_id, answered_at, usage_id, entry_no, reverses_entry_no,
  account_id, side, amount, currency, tariff_amount, tariff_currency, exchange_rate, tariff_id, tariff_epoch, prefix,
  destination, rate, connect_fee, billed_s, covered_s, parts, service, quantity`;

/** Inserts charges and reversals of charges, whose partitions are there. */
export async function insertCharges(
  tx: Tx,
  originOf: (usageId: string) => ChargeOrigin,
  entries: readonly ChargeEntry[],
): Promise<void> {
  await writeRows(
    tx,
    {
      table: "charges",
      columns: CHARGE_COLUMNS,
      at: (entry) => entry.answeredAt,
      write: (copy, entry) => writeRow(copy, originOf(entry.usageId), entry),
    },
    entries,
  );
}

function writeRow(copy: RowSink, origin: ChargeOrigin, entry: ChargeEntry): void {
  writeChargeHead(copy, origin, entry);
  writeChargeEnd(copy, entry.charge);
}

/** The first columns, which only the batch knows that stores the charge. */
export function writeChargeHead(
  copy: RowSink,
  { tenantId, batchId }: ChargeOrigin,
  entry: Omit<ChargeEntry, "charge" | "usageId"> & { readonly usageId: string | UuidWords },
): void {
  copy.row(25);
  copy.uuid(cachedUuid(tenantId));
  copy.int8(Number(batchId));
  copy.uuid(cachedUuid(entry.bookId));
  copy.timestamptz(entry.answeredAt);
  copy.uuid(entry.usageId);
  copy.int2(entry.entryNo);
  copy.int2(entry.reversesEntryNo);
}

/** The other columns, which are known once there is a price. */
export function writeChargeEnd(copy: RowSink, charge: PricedCharge): void {
  copy.uuid(cachedUuid(charge.accountId));
  copy.text(charge.side);
  copy.amount(charge.amount);
  copy.text(charge.currency);
  copy.amount(charge.converted?.tariffAmount ?? null);
  copy.text(charge.converted?.tariffCurrency ?? null);
  copy.numeric(charge.converted?.exchangeRate ?? null);
  copy.uuid(cachedUuid(charge.tariffId));
  copy.int8(charge.tariffEpoch);
  copy.text(charge.prefix);
  copy.text(charge.destination);
  copy.numeric(charge.rate);
  copy.numeric(charge.connectFee);
  const isCall = charge.service === undefined; // what else there is does not fit columns of seconds
  copy.int4(isCall ? charge.billedS : 0);
  copy.int4(charge.coverage === undefined ? null : isCall ? charge.coverage.coveredS : 0);
  copy.json(charge.coverage === undefined ? null : chargePartsToJson(charge.coverage.parts));
  copy.text(charge.service ?? null);
  copy.int8(isCall ? null : charge.billedS);
}
