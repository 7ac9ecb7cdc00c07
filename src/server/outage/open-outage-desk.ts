import { join } from "node:path";
import type { Config } from "../../config.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { OutageDesk, type OutageReport } from "./outage-desk.ts";

/**
 * Has a process's charging requests answered in time, whatever the database does, and replays what earlier processes
 * left in its data folder. Errors: those of the folder.
 */
export const openOutageDesk = (
  db: Database,
  charging: Charging,
  config: Pick<Config, "dataDir" | "chargingAnswerMs" | "chargingJournalMib"> & { readonly report: OutageReport },
): Promise<OutageDesk> =>
  OutageDesk.open(db, charging, {
    folder: join(config.dataDir, "charging-journal"),
    answerMs: config.chargingAnswerMs,
    journalBytesMax: config.chargingJournalMib * 1_048_576,
    report: config.report,
  });
