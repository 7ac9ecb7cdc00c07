import type { Database } from "../db/database.ts";
import { findSources } from "../mediation/find-sources.ts";
import type { SyslogSettings } from "./settings.ts";
import { listStreams, type StreamCounts } from "./stream-store.ts";

/** A source that takes syslog messages, or did, and what they brought. */
export interface StreamStatus {
  readonly source: string;
  /** null: it takes none any longer. */
  readonly settings: SyslogSettings | null;
  /** null: none has come yet. */
  readonly counts: StreamCounts | null;
}

/** The syslog streams of a tenant, by source. */
export async function streamStatus(db: Database, tenantId: string): Promise<readonly StreamStatus[]> {
  const sources = await findSources(db, tenantId);
  const streams = await db.transaction("app", { tenantId }, (tx) => listStreams(tx, tenantId));
  return sources.flatMap(({ id, name, config }) => {
    const counts = streams.find(({ sourceId }) => sourceId === id) ?? null;
    return config.syslog === null && counts === null ? [] : [{ source: name, settings: config.syslog, counts }];
  });
}
