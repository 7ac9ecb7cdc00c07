import type { Database } from "../db/database.ts";
import { findProtocolSources, type ProtocolSource, type SwitchProtocol } from "./source-store.ts";

export type { ProtocolSource, SwitchProtocol };
export type RadiusSource = ProtocolSource<"radius">;
export type DiameterSource = ProtocolSource<"diameter">;

/** The sources of all tenants whose switches speak a protocol. */
export const protocolSources = <Protocol extends SwitchProtocol>(
  db: Database,
  protocol: Protocol,
): Promise<readonly ProtocolSource<Protocol>[]> =>
  db.transaction("ingest", {}, (tx) => findProtocolSources(tx, protocol));
