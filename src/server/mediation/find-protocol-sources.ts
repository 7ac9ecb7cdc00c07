import type { Database } from "../db/database.ts";
import { isDatabaseAway } from "../db/database-failure.ts";
import { noteEmergencyNumbers } from "./known-emergency-numbers.ts";
import { lastKnownSources, noteSources } from "./last-known-sources.ts";
import { findProtocolSources, type ProtocolSource, type SwitchProtocol } from "./source-store.ts";

export type { ProtocolSource, SwitchProtocol };
export type RadiusSource = ProtocolSource<"radius">;
export type DiameterSource = ProtocolSource<"diameter">;

/**
 * The sources of all tenants whose switches speak a protocol; while the database is away those that were read last, if
 * they were kept.
 */
export async function protocolSources<Protocol extends SwitchProtocol>(
  db: Database,
  protocol: Protocol,
): Promise<readonly ProtocolSource<Protocol>[]> {
  try {
    const sources = await db.transaction("ingest", {}, (tx) => findProtocolSources(tx, protocol));
    await noteSources(db, protocol, sources);
    noteEmergencyNumbers(db, sources);
    return sources;
  } catch (error) {
    const known = isDatabaseAway(error) ? await lastKnownSources(db, protocol) : undefined;
    if (known === undefined) throw error;
    noteEmergencyNumbers(db, known);
    return known as readonly ProtocolSource<Protocol>[];
  }
}
