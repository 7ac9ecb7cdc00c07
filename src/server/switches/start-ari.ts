import { isDeepStrictEqual } from "node:util";
import { type AriAddress, AriClient } from "../ari/ari-client.ts";
import { AriEvents, type AriHappening } from "../ari/ari-events.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { type ProtocolSource, protocolSources } from "../mediation/find-protocol-sources.ts";
import { readSecret } from "../pulls/secret.ts";
import { AriCutter } from "./cut-by-ari.ts";
import { ChargingOverAri } from "./over-ari.ts";
import { refresh } from "./refresh.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Tells of what happens with Asterisks that we are connected to. */
export interface AriStartReport {
  happened(source: string, happening: AriHappening, what: string): void;
  /** A source whose settings or secret cannot be used: it is not connected to. */
  unusable(source: string, error: unknown): void;
  /** A call of the source could not be followed, or without a source: the settings could not be read again. */
  failed(source: string | null, error: unknown): void;
}

/** What a connection depends on: when that changes, another is opened. */
interface AriSource {
  readonly source: Pick<ProtocolSource<"ari">, "tenantId" | "sourceId" | "name">;
  readonly address: AriAddress;
  readonly application: string;
}

interface Connection {
  readonly of: AriSource;
  readonly client: AriClient;
  close(): Promise<void>;
}

/**
 * Follows and ends the calls of every Asterisk whose source says where its REST interface is. It opens no port. Errors:
 * those of the database.
 */
export async function startAri(
  db: Database,
  { charging, report }: { readonly charging: Charging; readonly report: AriStartReport },
): Promise<SwitchListener> {
  const connections = new Map<string, Connection>();
  const take = async (sources: readonly AriSource[]): Promise<void> => {
    const wanted = new Map(sources.map((each) => [each.source.sourceId, each]));
    for (const [id, connection] of connections) {
      if (isDeepStrictEqual(wanted.get(id), connection.of)) continue;
      connections.delete(id);
      await connection.close();
    }
    for (const [id, each] of wanted) if (!connections.has(id)) connections.set(id, connect(charging, each, report));
  };
  await take(await readSources(db, report));
  const refreshing = refresh(
    async () => take(await readSources(db, report)),
    (error) => report.failed(null, error),
  );
  return {
    shown: null,
    cutter: new AriCutter((sourceId) => connections.get(sourceId)?.client),
    close: async () => {
      await refreshing.stop();
      await Promise.all([...connections.values()].map((connection) => connection.close()));
    },
  };
}

function connect(charging: Charging, of: AriSource, report: AriStartReport): Connection {
  const { source, address, application } = of;
  const client = new AriClient(address);
  const failed = (error: unknown) => report.failed(source.name, error);
  const calls = new ChargingOverAri(charging, { client, source, failed });
  const events = new AriEvents({
    ...{ url: address.url, application, client },
    listener: {
      connected: () => void calls.compare().catch(failed),
      event: (event) => calls.take(event),
      happened: (happening, what) => report.happened(source.name, happening, what),
    },
  });
  return {
    ...{ of, client },
    close: async () => {
      await events.close();
      await calls.settled();
    },
  };
}

/** The Asterisks of all tenants that can be connected to. */
async function readSources(db: Database, report: AriStartReport): Promise<readonly AriSource[]> {
  const sources: AriSource[] = [];
  for (const { tenantId, sourceId, name, settings } of await protocolSources(db, "ari"))
    try {
      const { url, user, passwordFrom, application, timeoutMs } = settings;
      const password = await readSecret(`ARI password of source "${name}"`, passwordFrom);
      const address = { url, user, password, timeoutMs };
      sources.push({ source: { tenantId, sourceId, name }, address, application });
    } catch (error) {
      report.unusable(name, error);
    }
  return sources;
}
