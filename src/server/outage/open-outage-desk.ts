import { join } from "node:path";
import type { Config } from "../../config.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { isDatabaseAway } from "../db/database-failure.ts";
import { findChargedSources } from "./journal-store.ts";
import { OutageDesk, type OutageReport } from "./outage-desk.ts";

/**
 * Has a process's charging requests answered in time, whatever the database does, and replays what earlier processes
 * left in its data folder. Settings and prices of sources that are charged are in memory from the first call on.
 * They are not where the database is away as yet: until it is there, calls are refused. Errors: those of the folder
 * and the database.
 */
export async function openOutageDesk(
  db: Database,
  charging: Charging,
  config: Pick<Config, "dataDir" | "chargingAnswerMs" | "chargingJournalMib" | "chargingProcesses"> & {
    readonly report: OutageReport;
  },
): Promise<OutageDesk> {
  const desk = await OutageDesk.open(db, charging, {
    folder: join(config.dataDir, "charging-journal"),
    answerMs: config.chargingAnswerMs,
    journalBytesMax: config.chargingJournalMib * 1_048_576,
    processes: config.chargingProcesses,
    report: config.report,
  });
  for (const { tenantId, sourceId } of await chargedSources(db))
    await charging.sourceNow(tenantId, sourceId).catch((error: unknown) => config.report.failed(tenantId, error));
  return desk;
}

async function chargedSources(db: Database): Promise<Awaited<ReturnType<typeof findChargedSources>>> {
  try {
    return await db.transaction("ingest", {}, findChargedSources);
  } catch (error) {
    if (isDatabaseAway(error)) return [];
    throw error;
  }
}
