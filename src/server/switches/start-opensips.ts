import type { Config } from "../../config.ts";
import { addressKey, parseAddress, parseAddressRange } from "../../core/tenancy/address-range.ts";
import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { type CgratesReport, CgratesServer } from "../json-rpc/cgrates-server.ts";
import { type ProtocolSource, protocolSources } from "../mediation/find-protocol-sources.ts";
import { CutAtOpensips } from "./cut-at-opensips.ts";
import { ChargingOverCgrates } from "./over-cgrates.ts";
import { refresh } from "./refresh.ts";
import { type RpcReport, rpcClients } from "./rpc-clients.ts";
import type { SwitchListener } from "./switch-listener.ts";

/** Tells what happens with OpenSIPSes. */
export interface OpensipsReport extends CgratesReport, RpcReport {}

/** OpenSIPS as it runs in a process; `port` null: no connections of its module are taken. */
export interface RunningOpensips extends SwitchListener {
  readonly port: number | null;
}

/**
 * Takes connections of OpenSIPS's module `cgrates` where the process's settings name a port, as of all sources with
 * `cgrates` settings, and ends calls at OpenSIPSes by that module or by JSON-RPC. Errors: Problem
 * `cgrates-not-listening`.
 */
export async function startOpensips(
  db: Database,
  { cgratesHost: host, cgratesPort }: Pick<Config, "cgratesHost" | "cgratesPort">,
  { charging, report }: { readonly charging: Charging; readonly report: OpensipsReport },
): Promise<RunningOpensips> {
  let sources: readonly ProtocolSource<"cgrates">[] = [];
  let clients: Awaited<ReturnType<typeof rpcClients>> = new Map();
  const read = async (): Promise<void> => {
    sources = await protocolSources(db, "cgrates");
    clients = await rpcClients(db, "opensips", report);
  };
  await read();
  const calls = new ChargingOverCgrates(charging, (id) => sources.find(({ sourceId }) => sourceId === id));
  const server =
    cgratesPort === null
      ? null
      : await CgratesServer.listen({
          ...{ host, port: cgratesPort, report },
          sourceOf: (address) => sourceAt(sources, address),
          answer: (request, asked) => calls.answer(request, asked),
        });
  const refreshing = refresh(read, (error) => report.failed(error));
  const cutter = new CutAtOpensips(
    (sourceId) => server?.peersOf(sourceId)[0],
    ({ sourceId }) => clients.get(sourceId),
  );
  const port = server?.port ?? null;
  return {
    ...{ port, cutter, shown: port === null ? null : `OpenSIPS (cgrates) on ${host}:${port}` },
    close: async () => {
      await refreshing.stop();
      await server?.close();
    },
  };
}

/** The source with the longest range that an address is in. */
function sourceAt(sources: readonly ProtocolSource<"cgrates">[], address: string): string | undefined {
  const words = parseAddress(address);
  if (words === undefined) return undefined;
  let found: { readonly sourceId: string; readonly length: number } | undefined;
  for (const { sourceId, settings } of sources)
    for (const text of settings.from) {
      const range = parseAddressRange(text);
      if (range === undefined || range.words.length !== words.length) continue;
      const { length } = range;
      if (addressKey(words, length) !== addressKey(range.words, length)) continue;
      if (found === undefined || length > found.length) found = { sourceId, length };
    }
  return found?.sourceId;
}
