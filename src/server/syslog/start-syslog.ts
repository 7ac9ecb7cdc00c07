import { join } from "node:path";
import type { Config } from "../../config.ts";
import type { Database } from "../db/database.ts";
import { readPem } from "../files/read-pem.ts";
import { SyslogIntake, type SyslogReport } from "./intake.ts";
import { listenSyslog, type SyslogListener, type SyslogListenOptions } from "./listen.ts";

export type { SyslogReport };

/** Syslog as it runs in a process. */
export interface RunningSyslog extends Pick<SyslogListener, "port" | "tlsPort"> {
  /** As {@link SyslogIntake.waitsSinceMs}. */
  waitsSinceMs(): number | undefined;
  /** Takes no more; what was taken is on disk, and stored as far as that goes. */
  close(): Promise<void>;
}

/**
 * Listens for syslog messages as the process's settings say; undefined when they name no port. What backlogs on disk
 * still hold is stored first of all. Errors: Problems `syslog-not-listening`, `tls-file-unreadable`.
 */
export async function startSyslog(
  db: Database,
  config: Config,
  report: SyslogReport,
): Promise<RunningSyslog | undefined> {
  if (config.syslogPort === null && config.syslogTlsPort === null) return undefined;
  const tls = await tlsOf(config);
  const intake = await SyslogIntake.open(db, join(config.dataDir, "syslog"), report);
  try {
    const listener = await listenSyslog(intake, { host: config.syslogHost, port: config.syslogPort, tls });
    const close = async () => {
      await listener.close();
      await intake.close();
    };
    return { port: listener.port, tlsPort: listener.tlsPort, close, waitsSinceMs: () => intake.waitsSinceMs };
  } catch (error) {
    await intake.close();
    throw error;
  }
}

async function tlsOf(config: Config): Promise<SyslogListenOptions["tls"]> {
  const { syslogTlsPort: port, syslogTlsCert, syslogTlsKey, syslogTlsCa } = config;
  if (port === null) return null;
  return {
    port,
    cert: await readPem("TOLLWRIGHT_SYSLOG_TLS_CERT", syslogTlsCert),
    key: await readPem("TOLLWRIGHT_SYSLOG_TLS_KEY", syslogTlsKey),
    ca: syslogTlsCa === null ? null : await readPem("TOLLWRIGHT_SYSLOG_TLS_CA", syslogTlsCa),
  };
}
