import type { Config } from "../../config.ts";
import type { Charging } from "../charging/charging.ts";
import type { ChargingProtocol } from "../charging/charging-meter.ts";
import type { Database } from "../db/database.ts";
import type { EvapiReport } from "./kamailio-link.ts";
import type { RpcReport } from "./rpc-clients.ts";
import { type AgiStartReport, startAgi } from "./start-agi.ts";
import { type AriStartReport, startAri } from "./start-ari.ts";
import { type DiameterStartReport, startDiameter } from "./start-diameter.ts";
import { startEvapi } from "./start-evapi.ts";
import { type EventSocketStartReport, startEventSocket } from "./start-event-socket.ts";
import { startKamailioRpc } from "./start-kamailio-rpc.ts";
import { type OpensipsReport, startOpensips } from "./start-opensips.ts";
import { type RadiusReport, startRadius } from "./start-radius.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Who is told of what happens with switches, one for each protocol. */
export interface SwitchReports {
  readonly radius: RadiusReport;
  readonly diameter: DiameterStartReport;
  readonly jsonRpc: RpcReport;
  readonly evapi: EvapiReport;
  readonly opensips: OpensipsReport;
  readonly eventSocket: EventSocketStartReport;
  readonly agi: AgiStartReport;
  readonly ari: AriStartReport;
}

/**
 * Listens for switches in every protocol that the process's settings name a port for, besides HTTP. Errors: Problems of
 * a port that cannot be had; whatever was begun is closed then.
 */
export async function startSwitches(
  db: Database,
  config: Config,
  {
    chargingOver,
    reports,
  }: { readonly chargingOver: (protocol: ChargingProtocol) => Charging; readonly reports: SwitchReports },
): Promise<readonly SwitchListener[]> {
  const starts: readonly (() => Promise<SwitchListener | undefined>)[] = [
    () => startRadius(db, config, { charging: chargingOver("radius"), report: reports.radius }),
    () => startDiameter(db, config, { charging: chargingOver("diameter"), report: reports.diameter }),
    () => startKamailioRpc(db, reports.jsonRpc),
    () => startEvapi(db, { charging: chargingOver("evapi"), report: reports.evapi }),
    () => startOpensips(db, config, { charging: chargingOver("cgrates"), report: reports.opensips }),
    () => startEventSocket(db, config, { charging: chargingOver("event-socket"), report: reports.eventSocket }),
    () => startAgi(db, config, { charging: chargingOver("agi"), report: reports.agi }),
    () => startAri(db, { charging: chargingOver("ari"), report: reports.ari }),
  ];
  const listeners: SwitchListener[] = [];
  try {
    for (const start of starts) {
      const listener = await start();
      if (listener !== undefined) listeners.push(listener);
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return listeners;
}
