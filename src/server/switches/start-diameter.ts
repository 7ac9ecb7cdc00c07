import { now } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import type { DiameterNotice } from "../diameter/diameter-report.ts";
import { DiameterServer } from "../diameter/diameter-server.ts";
import { peerOf } from "../diameter/settings.ts";
import { diameterSources } from "../mediation/find-protocol-sources.ts";
import { ChargingOverDiameter } from "./over-diameter.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Diameter as it runs in a process, with its port; closed, it takes leave of every peer. */
export interface RunningDiameter extends SwitchListener {
  readonly port: number | null;
}

/**
 * Takes Diameter peers as the process's settings say; undefined when they name no port. Every source with `diameter`
 * settings is a peer. Errors: Problem `diameter-not-listening`.
 */
export async function startDiameter(
  db: Database,
  config: Pick<Config, "diameterHost" | "diameterPort" | "diameterIdentity">,
  { charging, onNotice }: { readonly charging: Charging; readonly onNotice: (notice: DiameterNotice) => void },
): Promise<RunningDiameter | undefined> {
  const { diameterHost, diameterPort: port, diameterIdentity: host } = config;
  if (port === null) return undefined;
  const sources = await diameterSources(db);
  const byHost = new Map(sources.map((source) => [source.settings.host.toLowerCase(), source]));
  const realm = host.slice(host.indexOf(".") + 1);
  const server = await DiameterServer.listen({
    ...{ host: diameterHost, port, tls: null, alsoCalled: [], onNotice },
    // It grows with every start: peers learn that sessions of before may be gone (RFC 6733 §8.16).
    node: { host, realm, stateId: Math.floor(now().epochMilliseconds / 1_000), productName: "Tollwright" },
    peers: sources.map(({ settings }) => peerOf(settings)),
    handler: new ChargingOverDiameter(charging, (peer) => byHost.get(peer.toLowerCase())),
  });
  const listensOn = server.portOf("tcp");
  const shown = `Diameter on ${diameterHost}:${listensOn}`;
  return { port: listensOn, shown, cutter: null, close: () => server.close() };
}
