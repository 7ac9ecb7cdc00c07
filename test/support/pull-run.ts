import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uuidv7 } from "../../src/clock.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { ensurePull } from "../../src/server/pulls/pull-store.ts";
import type { PullEvent, PullRun } from "../../src/server/pulls/puller.ts";
import { LiveRatingContext } from "../../src/server/rating/live-rating-context.ts";
import type { Operator } from "./operator.ts";

/** A run of a pull as the schedule would start it, with what it reports. */
export async function pullRun<Settings extends { readonly name: string }>(
  { db, tenantId }: Operator,
  source: Source,
  settings: Settings,
  spoolDir = tmpdir(),
): Promise<PullRun<Settings> & { readonly events: PullEvent[]; readonly stop: AbortController }> {
  const pull = await db.transaction("app", { tenantId }, (tx) =>
    ensurePull(tx, { id: uuidv7(), tenantId, sourceId: source.id, name: settings.name }),
  );
  const events: PullEvent[] = [];
  const stop = new AbortController();
  const report = (event: PullEvent) => void events.push(event);
  return {
    ...{ db, source, settings, pull, spoolDir, rating: new LiveRatingContext(), signal: stop.signal, report },
    isPreview: false,
    ...{ events, stop },
  };
}

/** A file with a secret, and where a setup file says that it stands. */
export async function secretFile(secret: string): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "tollwright-secret-"));
  const file = join(folder, "secret");
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return { file, remove: () => rm(folder, { recursive: true }) };
}
