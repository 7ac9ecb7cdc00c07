import { join } from "node:path";
import type { Config } from "../../config.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { findChargedSources } from "./journal-store.ts";
import { OutageDesk, type OutageReport } from "./outage-desk.ts";

/**
 * Has a process's charging requests answered in time, whatever the database does, and replays what earlier processes
 * left in its data folder. Settings and prices of sources that are charged are in memory from the first call on.
 * Errors: those of the folder and the database.
 */
export async function openOutageDesk(
  db: Database,
  charging: Charging,
  config: Pick<Config, "dataDir" | "chargingAnswerMs" | "chargingJournalMib"> & { readonly report: OutageReport },
): Promise<OutageDesk> {
  const desk = await OutageDesk.open(db, charging, {
    folder: join(config.dataDir, "charging-journal"),
    answerMs: config.chargingAnswerMs,
    journalBytesMax: config.chargingJournalMib * 1_048_576,
    report: config.report,
  });
  for (const { tenantId, sourceId } of await db.transaction("ingest", {}, findChargedSources))
    await charging.sourceNow(tenantId, sourceId).catch((error: unknown) => config.report.failed(tenantId, error));
  return desk;
}
