import type { Database } from "../db/database.ts";
import { JsonRpcClient } from "../json-rpc/json-rpc-client.ts";
import type { JsonRpcSettings } from "../json-rpc/settings.ts";
import { protocolSources } from "../mediation/find-protocol-sources.ts";
import { readSecret } from "../pulls/secret.ts";

/** Tells of sources whose switches cannot be told anything. */
export interface RpcReport {
  /** A source whose settings or secret cannot be used. */
  unusable(source: string, error: unknown): void;
  /** The settings could not be read again. */
  failed(error: unknown): void;
}

/** Clients of the sources of all tenants whose switches of one kind take commands by JSON-RPC, by the source's id. */
export async function rpcClients(
  db: Database,
  kind: JsonRpcSettings["switch"],
  report: RpcReport,
): Promise<ReadonlyMap<string, JsonRpcClient>> {
  const clients = new Map<string, JsonRpcClient>();
  for (const { name, sourceId, settings } of await protocolSources(db, "jsonRpc")) {
    if (settings.switch !== kind) continue;
    const { url, authorizationFrom, timeoutMs } = settings;
    try {
      const what = `Authorization of the JSON-RPC of source "${name}"`;
      const authorization = authorizationFrom === null ? null : await readSecret(what, authorizationFrom);
      clients.set(sourceId, new JsonRpcClient({ url, authorization, timeoutMs }));
    } catch (error) {
      report.unusable(name, error);
    }
  }
  return clients;
}
