import { epochMs } from "../../core/time/epoch.ts";
import { type ArchivedRows, partsBetween } from "../archive/archived-rows.ts";
import { presentArchives } from "../archive/find-archives.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Database } from "../db/database.ts";
import { findSourceNamed } from "../mediation/find-source.ts";
import { usageIdentity } from "../usage/identity.ts";
import { findArchivedCalls } from "./archived-calls.ts";
import type { CallFilter } from "./call-filter.ts";
import { type CallPage, loadArchivedCalls, loadCalls } from "./call-store.ts";
import { findPlace, loadEarlier, loadEntries } from "./entry-store.ts";
import { callUnknown } from "./problems.ts";
import type { EarlierReading, EntryView, StoredCallView } from "./stored-call.ts";

/** Everything that is stored of one call. */
export interface WholeCall {
  readonly call: StoredCallView;
  readonly entries: readonly EntryView[];
  readonly earlier: readonly EarlierReading[];
  /** The month of the archive that it was read from; null: it is in the database. */
  readonly archivedMonth: string | null;
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
  archive: ArchivedRows | null = null,
): Promise<WholeCall> {
  const id = await identityOf(db, tenantId, which);
  // Identities are not split by tenant: where the event lies is looked up there, and read as the tenant.
  const place = await db.transaction("ingest", {}, (tx) => findPlace(tx, id));
  if (place === undefined) throw callUnknown(which);
  const filter = { from: place.startedAt, until: epochMs(place.startedAt + 1), id };
  const stored = await db.transaction("app", { tenantId }, async (tx) => {
    const [call] = await loadCalls(tx, filter, ONE);
    if (call === undefined) return undefined;
    const earlier = await loadEarlier(tx, id);
    const now = { bookId: place.bookId, answeredAt: call.answeredAt };
    return { call, entries: await loadEntries(tx, id, [now, ...earlier]), earlier, archivedMonth: null };
  });
  const whole =
    stored ?? (archive && (await archivedCall(db, tenantId, { id, filter, bookId: place.bookId }, archive)));
  if (!whole) throw callUnknown(which);
  return whole;
}

const ONE: CallPage = { order: "newest", after: null, limit: 1 };

/** The same of a call in the archive; null: it is not there either. */
async function archivedCall(
  db: Database,
  tenantId: string,
  { id, filter, bookId }: { readonly id: string; readonly filter: CallFilter; readonly bookId: string },
  archive: ArchivedRows,
): Promise<WholeCall | null> {
  const present = await db.transaction("app", { tenantId }, (tx) => presentArchives(tx, tenantId));
  const parts = partsBetween(present, filter);
  if (parts.length === 0) return null;
  const { events } = await findArchivedCalls(archive, parts, { filter, page: ONE });
  const charges = await archive.rows(parts, { table: "charges", sql: "where c.usage_id = $1::uuid", values: [id] });
  const history = await archive.rows(parts, { table: "usage_history", sql: "where h.id = $1::uuid", values: [id] });
  return await db.transaction("app", { tenantId }, async (tx) => {
    const [call] = await loadArchivedCalls(tx, { events, charges }, ONE);
    if (call === undefined) return null;
    const earlier = await loadEarlier(tx, id, history);
    const entries = await loadEntries(tx, id, [{ bookId, answeredAt: call.answeredAt }, ...earlier], charges);
    return { call, entries, earlier, archivedMonth: parts[0]?.month ?? null };
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
  const source = await findSourceNamed(db, tenantId, name);
  return uuidText(usageIdentity(source.id, id, leg));
}
