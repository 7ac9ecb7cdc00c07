import type { Config } from "../../config.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { readPem } from "../files/read-pem.ts";
import { protocolSources, type RadiusSource } from "../mediation/find-protocol-sources.ts";
import { readSecret } from "../pulls/secret.ts";
import { ClientTable } from "../radius/client-table.ts";
import type { DropNotice } from "../radius/drop-report.ts";
import { listenRadius } from "../radius/listen-radius.ts";
import { listenRadsec, type RadsecListener, type RadsecOptions } from "../radius/listen-radsec.ts";
import type { RadiusClient } from "../radius/radius-client.ts";
import { Responder } from "../radius/responder.ts";
import { radiusClientOf } from "../radius/settings.ts";
import { KnownSipUsers } from "../sip-users/known-sip-users.ts";
import { WrongPasswords } from "../sip-users/wrong-passwords.ts";
import { CutOverRadius } from "./cut-over-radius.ts";
import { ChargingOverRadius } from "./over-radius.ts";
import { RadiusUsers } from "./radius-users.ts";
import { refresh } from "./refresh.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Tells what no client is told. */
export interface RadiusReport {
  dropped(notice: DropNotice): void;
  /** A source whose settings or secret cannot be used: its packets are dropped. */
  unusable(source: string, error: unknown): void;
  failed(error: unknown): void;
}

/** RADIUS as it runs in a process, with its ports. */
export interface RunningRadius extends SwitchListener {
  readonly authPort: number | null;
  readonly acctPort: number | null;
  readonly tlsPort: number | null;
}

type RadiusKey = Extract<keyof Config, `radius${string}`>;

/**
 * Answers RADIUS as the process's settings say; undefined when they name no port. Every source with `radius` settings is
 * a client. Errors: Problems `radius-not-listening`, `tls-file-unreadable`.
 */
export async function startRadius(
  db: Database,
  config: Pick<Config, RadiusKey | "secretsKeyFile">,
  { charging, report }: { readonly charging: Charging; readonly report: RadiusReport },
): Promise<RunningRadius | undefined> {
  const { radiusHost: host, radiusAuthPort: authPort, radiusAcctPort: acctPort, radiusTlsPort: tlsPort } = config;
  if (authPort === null && acctPort === null && tlsPort === null) return undefined;
  const tlsFiles = tlsPort === null ? null : await tlsFilesOf(config);
  const sources = new WeakMap<RadiusClient, RadiusSource>();
  const clientsOf = new Map<string, RadiusClient>();
  const read = async (): Promise<ClientTable> => {
    const clients = await readClients(db, report);
    clientsOf.clear();
    for (const [client, source] of clients) {
      sources.set(client, source);
      clientsOf.set(source.sourceId, client);
    }
    return new ClientTable([...clients.keys()]);
  };
  const users = new RadiusUsers(
    new KnownSipUsers(db, config.secretsKeyFile),
    new WrongPasswords(() => performance.now()),
  );
  const handler = new ChargingOverRadius({ db, charging, users, sourceOf: (client) => sources.get(client) });
  const onDrop = (notice: DropNotice) => report.dropped(notice);
  const responder = new Responder({ clients: await read(), handler, onDrop });
  const listener = await listenRadius(responder, { hosts: [host], authPort, acctPort });
  const secure = await openSecure();
  const refreshing = refresh(
    async () => {
      responder.clients = await read();
    },
    (error) => report.failed(error),
  );
  const cutter = new CutOverRadius((sourceId) => clientsOf.get(sourceId));
  const ports = { authPort: listener.authPort, acctPort: listener.acctPort, tlsPort: secure?.port ?? null };
  return {
    ...ports,
    shown: shownAs(host, ports),
    cutter,
    close: async () => {
      cutter.close();
      await refreshing.stop();
      await Promise.all([listener.close(), secure?.close()]);
    },
  };

  async function openSecure(): Promise<RadsecListener | undefined> {
    if (tlsFiles === null || tlsPort === null) return undefined;
    try {
      return await listenRadsec(responder, { host, port: tlsPort, ...tlsFiles });
    } catch (error) {
      await listener.close();
      throw error;
    }
  }
}

async function tlsFilesOf(config: Pick<Config, RadiusKey>): Promise<Pick<RadsecOptions, "cert" | "key" | "ca">> {
  return {
    cert: await readPem("TOLLWRIGHT_RADIUS_TLS_CERT", config.radiusTlsCert),
    key: await readPem("TOLLWRIGHT_RADIUS_TLS_KEY", config.radiusTlsKey),
    ca: await readPem("TOLLWRIGHT_RADIUS_TLS_CA", config.radiusTlsCa),
  };
}

type Ports = Pick<RunningRadius, "authPort" | "acctPort" | "tlsPort">;

function shownAs(host: string, { authPort, acctPort, tlsPort }: Ports): string {
  const asked = authPort === null ? [] : [`${host}:${authPort} (authentication)`];
  const told = acctPort === null ? [] : [`${host}:${acctPort} (accounting)`];
  const secure = tlsPort === null ? [] : [`${host}:${tlsPort} (TLS)`];
  return `RADIUS on ${[...asked, ...told, ...secure].join(" and ")}`;
}

/** The clients of all tenants, and which sources they are. */
async function readClients(db: Database, report: RadiusReport): Promise<ReadonlyMap<RadiusClient, RadiusSource>> {
  const sources = await protocolSources(db, "radius");
  const clients = new Map<RadiusClient, RadiusSource>();
  for (const source of sources)
    try {
      const secret = await readSecret(`RADIUS secret of source "${source.name}"`, source.settings.secretFrom);
      clients.set(radiusClientOf(source.name, source.settings, secret), source);
    } catch (error) {
      report.unusable(source.name, error);
    }
  return clients;
}
