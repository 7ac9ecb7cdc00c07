import { epochMs } from "../../core/time/epoch.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Database } from "../db/database.ts";
import { findSource } from "../mediation/source-store.ts";
import { usageIdentity } from "../usage/identity.ts";
import { loadCalls } from "./call-store.ts";
import { type EarlierReading, type EntryView, findPlace, loadEarlier, loadEntries } from "./entry-store.ts";
import { callUnknown } from "./problems.ts";
import type { StoredCallView } from "./stored-call.ts";

/** Everything that is stored of one call. */
export interface WholeCall {
  readonly call: StoredCallView;
  readonly entries: readonly EntryView[];
  readonly earlier: readonly EarlierReading[];
}

/**
 * The call of this id, or of this key of the switch's own where its source (and leg, if it has one) is named.
 *
 * @throws Problem `call-unknown`, `source-unknown`.
 */
export async function showCall(
  db: Database,
  tenantId: string,
  which: { readonly id: string; readonly source?: string | undefined; readonly leg?: string | undefined },
): Promise<WholeCall> {
  const id = await identityOf(db, tenantId, which);
  // Identities are not split by tenant: where the event lies is looked up there, and read as the tenant.
  const place = await db.transaction("ingest", {}, (tx) => findPlace(tx, id));
  if (place === undefined) throw callUnknown(which);
  return db.transaction("app", { tenantId }, async (tx) => {
    const filter = { from: place.startedAt, until: epochMs(place.startedAt + 1), id };
    const [call] = await loadCalls(tx, filter, { order: "newest", after: null, limit: 1 });
    if (call === undefined) throw callUnknown(which);
    const earlier = await loadEarlier(tx, id);
    const now = { bookId: place.bookId, answeredAt: call.answeredAt };
    return { call, entries: await loadEntries(tx, id, [now, ...earlier]), earlier };
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function identityOf(
  db: Database,
  tenantId: string,
  which: { readonly id: string; readonly source?: string | undefined; readonly leg?: string | undefined },
): Promise<string> {
  const { id, source: name, leg = "" } = which;
  if (name === undefined) {
    if (!UUID.test(id)) throw callUnknown(which);
    return id.toLowerCase();
  }
  const source = await db.transaction("app", { tenantId }, (tx) => findSource(tx, tenantId, name));
  return uuidText(usageIdentity(source.id, id, leg));
}
