import type { Charging } from "../charging/charging.ts";
import type { Database } from "../db/database.ts";
import { protocolSources } from "../mediation/find-protocol-sources.ts";
import { CutOverEvapi } from "./cut-over-evapi.ts";
import { type EvapiReport, KamailioLink } from "./kamailio-link.ts";
import { refresh } from "./refresh.ts";
import type { SwitchListener } from "./switch-listener.ts";

/**
 * Connects to the Kamailios of all sources with `evapi` settings, and charges their calls. It opens no port. Errors:
 * those of the database.
 */
export async function startEvapi(
  db: Database,
  { charging, report }: { readonly charging: Charging; readonly report: EvapiReport },
): Promise<SwitchListener> {
  const links = new Map<string, { readonly link: KamailioLink; readonly settings: string }>();
  const read = async (): Promise<void> => {
    const sources = new Map((await protocolSources(db, "evapi")).map((source) => [source.sourceId, source]));
    for (const [sourceId, { link, settings }] of links) {
      if (JSON.stringify(sources.get(sourceId)) === settings) continue;
      links.delete(sourceId);
      await link.close();
    }
    for (const [sourceId, source] of sources)
      if (!links.has(sourceId))
        links.set(sourceId, {
          link: new KamailioLink(db, source, { charging, report }),
          settings: JSON.stringify(source),
        });
  };
  await read();
  const refreshing = refresh(read, (error) => report.failed(null, error));
  return {
    shown: null,
    cutter: new CutOverEvapi((sourceId) => links.get(sourceId)?.link),
    close: async () => {
      await refreshing.stop();
      await Promise.all([...links.values()].map(({ link }) => link.close()));
    },
  };
}
