import type { Config } from "../../config.ts";
import type { AgiNotice } from "../agi/agi-report.ts";
import { AgiServer } from "../agi/agi-server.ts";
import { AgiSources } from "../agi/agi-sources.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { protocolSources } from "../mediation/find-protocol-sources.ts";
import { ChargingOverAgi } from "./over-agi.ts";
import { refresh } from "./refresh.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Tells of what happens with Asterisk's connections. */
export interface AgiStartReport {
  notice(notice: AgiNotice): void;
  /** The sources could not be read again. */
  failed(error: unknown): void;
}

/** FastAGI as it runs in a process, with its port. */
export interface RunningAgi extends SwitchListener {
  readonly port: number;
}

/**
 * Answers Asterisk's dialplan as the process's settings say; undefined when they name no port. Every source with `agi`
 * settings may ask. Errors: Problem `agi-not-listening`.
 */
export async function startAgi(
  db: Database,
  { agiHost: host, agiPort }: Pick<Config, "agiHost" | "agiPort">,
  { charging, report }: { readonly charging: Charging; readonly report: AgiStartReport },
): Promise<RunningAgi | undefined> {
  if (agiPort === null) return undefined;
  const handler = new ChargingOverAgi(charging, await readSources(db));
  const server = await AgiServer.listen({
    ...{ host, port: agiPort, handler },
    onNotice: (notice) => report.notice(notice),
  });
  const refreshing = refresh(
    async () => {
      handler.sources = await readSources(db);
    },
    (error) => report.failed(error),
  );
  const { port } = server;
  return {
    port,
    shown: `FastAGI on ${host}:${port}`,
    cutter: null, // while Dial runs, Asterisk takes no command on its connection
    close: async () => {
      await refreshing.stop();
      await server.close();
    },
  };
}

async function readSources(db: Database): Promise<AgiSources> {
  const sources = await protocolSources(db, "agi");
  return new AgiSources(sources.map(({ settings: { from }, ...source }) => ({ ...source, from })));
}
