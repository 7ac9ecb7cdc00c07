import { invariant } from "../../core/invariant.ts";
import { uuidText } from "../db/binary-copy.ts";
import { copyIntoPartitions } from "../db/copy-into-partitions.ts";
import type { BulkTx } from "../db/tx.ts";
import type { BatchOrigin } from "./batch-origin.ts";
import type { CallSheet } from "./call-sheet.ts";
import { ChargeSums } from "./charge-sums.ts";
import { claimMany } from "./claim-identities.ts";
import { judgeConflict } from "./conflict.ts";
import { holdStoredCalls } from "./hold-stored-calls.ts";
import { CHARGE_COLUMNS, insertCharges } from "./insert-charges.ts";
import { insertUsage, USAGE_COLUMNS } from "./insert-usage.ts";
import type { ChargeEntry, PricedCall } from "./priced-call.ts";
import { loadStoredUsage } from "./stored-usage.ts";
import { asStored, type CallFate, correct, settleKnown } from "./write-calls.ts";

/** Fates by the calls' places in the sheet, and the charges to post, summed. */
export interface WrittenSheet {
  readonly fates: readonly CallFate[];
  readonly sums: ChargeSums;
}

/**
 * {@link writeCalls} for the calls of a sheet at `places`, none of which depends on the calls before. `wholeCall` makes
 * one again that is known already and reads differently.
 */
export async function writeSheet(
  tx: BulkTx,
  origin: BatchOrigin,
  sheet: CallSheet,
  {
    places,
    wholeCall,
    onClaimed,
  }: {
    readonly places: readonly number[];
    readonly wholeCall: (place: number) => PricedCall;
    readonly onClaimed: () => void;
  },
): Promise<WrittenSheet> {
  const fates = new Array<CallFate>(sheet.size).fill("stored");
  const firsts = sheet.firstsOf(places, (place, first) => {
    fates[place] = judgeConflict(asStored(wholeCall(first)), wholeCall(place));
    // Both are read under the same settings, so a difference is the switch's own.
    invariant(fates[place] !== "correction", "two readings of one record in one batch are equal");
  });
  const byBook = [...Map.groupBy(firsts, (place) => sheet.bookIdOf(place)).values()].flat();
  const knownOrds = await claimMany(tx, byBook, (place) => sheet.identityOf(place));
  const known = knownOrds.map((ord) => byBook[ord] as number);
  const corrected = await settle(tx, origin, { sheet, known, wholeCall, fates });
  const fresh = known.length === 0 ? byBook : byBook.filter((place) => fates[place] === "stored");
  onClaimed();
  const charges = sheet.chargesOf(fresh);
  await copyFresh(tx, origin, sheet, { fresh, charges });
  const sums = ChargeSums.of(corrected);
  for (const charge of charges) sheet.addTo(sums, charge);
  return { fates, sums };
}

/** Judges calls that are known and stores the corrections; answers what these take back and charge. */
async function settle(
  tx: BulkTx,
  origin: BatchOrigin,
  {
    sheet,
    known,
    wholeCall,
    fates,
  }: {
    readonly sheet: CallSheet;
    readonly known: readonly number[];
    readonly wholeCall: (place: number) => PricedCall;
    readonly fates: CallFate[];
  },
): Promise<readonly ChargeEntry[]> {
  if (known.length === 0) return [];
  await holdStoredCalls(tx, origin.tenantId);
  const identified = known.map((place) => ({ place, id: sheet.idOf(place) }));
  const stored = await loadStoredUsage(tx, identified);
  // Most repeat what is stored to the letter: of these nothing more is needed.
  for (const { place } of identified) fates[place] = "duplicate";
  const others = identified.filter(
    ({ place, id }) => stored.get(uuidText(id))?.derivedHash !== sheet.derivedHashOf(place),
  );
  const firsts = others.map(({ place }) => ({ place, call: wholeCall(place) }));
  const originOf = () => origin;
  const corrections = await settleKnown(tx, originOf, { firsts, knownOrds: [...firsts.keys()], fates });
  const entries = await correct(tx, originOf, corrections);
  const revisions = new Map(corrections.map(({ call, stored: before }) => [call, before.revision + 1]));
  await insertUsage(tx, originOf, [...revisions.keys()], revisions);
  await insertCharges(tx, originOf, entries);
  return entries;
}

async function copyFresh(
  tx: BulkTx,
  origin: BatchOrigin,
  sheet: CallSheet,
  { fresh, charges }: { readonly fresh: readonly number[]; readonly charges: readonly number[] },
): Promise<void> {
  await copyIntoPartitions<number>(
    tx,
    {
      table: "usage_events",
      columns: USAGE_COLUMNS,
      at: (place) => sheet.startedAtOf(place),
      write: (copy, place) => sheet.writeUsage(copy, origin, place),
    },
    fresh,
  );
  await copyIntoPartitions<number>(
    tx,
    {
      table: "charges",
      columns: CHARGE_COLUMNS,
      at: (charge) => sheet.answeredAtOf(charge),
      write: (copy, charge) => sheet.writeCharge(copy, origin, charge),
    },
    charges,
  );
}
