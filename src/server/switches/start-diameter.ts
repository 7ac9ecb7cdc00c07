import { now } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { AccountCharging } from "../charging/account-charging.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import type { DiameterNotice } from "../diameter/diameter-report.ts";
import { DiameterServer, type DiameterServerOptions } from "../diameter/diameter-server.ts";
import { peerOf } from "../diameter/settings.ts";
import { readPem } from "../files/read-pem.ts";
import { type DiameterSource, protocolSources } from "../mediation/find-protocol-sources.ts";
import { CutOverDiameter } from "./cut-over-diameter.ts";
import { ChargingOverDiameter } from "./over-diameter.ts";
import { refresh } from "./refresh.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Tells what happens with peers. */
export interface DiameterStartReport {
  notice(notice: DiameterNotice): void;
  /** The peers' settings could not be read again. */
  failed(error: unknown): void;
}

/** Diameter as it runs in a process, with its ports; closed, it takes leave of every peer. */
export interface RunningDiameter extends SwitchListener {
  readonly port: number | null;
  readonly tlsPort: number | null;
}

type DiameterKey = Extract<keyof Config, `diameter${string}`>;

/**
 * Takes Diameter peers as the process's settings say; undefined when they name no port. Every source with `diameter`
 * settings is a peer. Errors: Problems `diameter-not-listening`, `tls-file-unreadable`.
 */
export async function startDiameter(
  db: Database,
  config: Pick<Config, DiameterKey>,
  { charging, report }: { readonly charging: Charging; readonly report: DiameterStartReport },
): Promise<RunningDiameter | undefined> {
  const { diameterHost, diameterPort, diameterTlsPort, diameterIdentity: host } = config;
  if (diameterPort === null && diameterTlsPort === null) return undefined;
  const tls = diameterTlsPort === null ? null : await tlsOf(config, diameterTlsPort);
  let sources: ReadonlyMap<string, DiameterSource> = new Map();
  const readPeers = async (): Promise<DiameterServerOptions["peers"]> => {
    const found = await protocolSources(db, "diameter");
    sources = new Map(found.map((source) => [source.settings.host.toLowerCase(), source]));
    return found.map(({ settings }) => peerOf(settings));
  };
  const realm = host.slice(host.indexOf(".") + 1);
  const server = await DiameterServer.listen({
    ...{ host: diameterHost, port: diameterPort, tls, alsoCalled: [] },
    // It grows with every start: peers learn that sessions of before may be gone (RFC 6733 §8.16).
    node: { host, realm, stateId: Math.floor(now().epochMilliseconds / 1_000), productName: "Tollwright" },
    peers: await readPeers(),
    handler: new ChargingOverDiameter({ charging, accounts: new AccountCharging(db, charging) }, (peer) => {
      const source = sources.get(peer.toLowerCase());
      return source && { ...source, whenMoneyEnds: source.settings.whenMoneyEnds };
    }),
    onNotice: (notice) => report.notice(notice),
  });
  const refreshing = refresh(
    async () => server.changePeers(await readPeers()),
    (error) => report.failed(error),
  );
  const [port, tlsPort] = [server.portOf("tcp"), server.portOf("tls")];
  const open = port === null ? [] : [`${diameterHost}:${port}`];
  const secure = tlsPort === null ? [] : [`${diameterHost}:${tlsPort} (TLS)`];
  return {
    ...{
      port,
      tlsPort,
      shown: `Diameter on ${[...open, ...secure].join(" and ")}`,
      cutter: new CutOverDiameter(server),
    },
    close: async () => {
      await refreshing.stop();
      await server.close();
    },
  };
}

const tlsOf = async (config: Pick<Config, DiameterKey>, port: number): Promise<DiameterServerOptions["tls"]> => ({
  port,
  cert: await readPem("TOLLWRIGHT_DIAMETER_TLS_CERT", config.diameterTlsCert),
  key: await readPem("TOLLWRIGHT_DIAMETER_TLS_KEY", config.diameterTlsKey),
  ca: await readPem("TOLLWRIGHT_DIAMETER_TLS_CA", config.diameterTlsCa),
});
