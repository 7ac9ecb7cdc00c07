import type { Tx } from "../db/tx.ts";
import { type Arrival, saveArrival, saveKnownArrival, saveSigns } from "./arrival-store.ts";
import { forgetRowHours } from "./row-hours-store.ts";

/** Notes that a file came under this name; one that is read again from its start is counted anew. */
export async function noteArrival(
  tx: Tx,
  arrival: Arrival & { readonly fileId: string },
  { isFromStart }: { readonly isFromStart: boolean },
): Promise<void> {
  await saveArrival(tx, arrival);
  if (isFromStart) await forgetRowHours(tx, arrival.fileId);
}

/** Notes that an empty file came: a quiet hour is no gap. */
export const noteEmptyFile = (tx: Tx, arrival: Omit<Arrival, "fileId">): Promise<void> =>
  saveArrival(tx, { ...arrival, fileId: null });

/** Notes that a known content came under this name: two quiet hours may have the same header and nothing else. */
export const noteKnownFile: typeof saveKnownArrival = saveKnownArrival;

/** Notes that rows of sources came without a file. */
export const noteSigns: typeof saveSigns = saveSigns;
