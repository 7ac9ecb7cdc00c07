import type { Database } from "../db/database.ts";
import { KamailioRpcCutter } from "./cut-by-json-rpc.ts";
import { refresh } from "./refresh.ts";
import { type RpcReport, rpcClients } from "./rpc-clients.ts";
import type { SwitchListener } from "./switch-listener.ts";

/**
 * Ends calls at the Kamailios whose sources say where they take commands by JSON-RPC. It opens no port. Errors: those
 * of the database.
 */
export async function startKamailioRpc(db: Database, report: RpcReport): Promise<SwitchListener> {
  let clients = await rpcClients(db, "kamailio", report);
  const refreshing = refresh(
    async () => {
      clients = await rpcClients(db, "kamailio", report);
    },
    (error) => report.failed(error),
  );
  return {
    shown: null,
    cutter: new KamailioRpcCutter(({ sourceId }) => clients.get(sourceId)),
    close: () => refreshing.stop(),
  };
}
