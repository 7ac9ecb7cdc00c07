import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import { type ChosenFiles, chooseFiles } from "./choose-files.ts";
import { clearSpool, spoolKey } from "./fetch-file.ts";
import type { FilePullSettings } from "./file-pull-settings.ts";
import type { OpenFileServer } from "./file-server.ts";
import type { Puller, PullPreview, PullRun } from "./puller.ts";
import { forgetGoneFiles, listSeenFiles, saveSeenFiles } from "./seen-file-store.ts";
import { ServerConnection } from "./server-connection.ts";
import { FileTaker } from "./take-file.ts";

type FileSettings = FilePullSettings & { readonly timeoutS: number };

/** A file that settles within this time is waited for; others are the next run's. */
const WAIT_MS_MAX = 60_000;
const MS_PER_S = 1_000;
/** A file that is listed no more is remembered for a while: a folder may be away for a day. */
const GONE_MS = 7 * 86_400_000;

/** A puller of files from the kind of server that `open` connects to. */
export const filePuller = <Settings extends FileSettings>(open: OpenFileServer<Settings>): Puller<Settings> => ({
  run: (run) => pullFiles(run, open),
  preview: (run) => previewFiles(run, open),
});

/**
 * Fetches and imports the files of a folder that are complete, several at a time, each once. A file that fails is told
 * of and tried again later; the others go on.
 */
async function pullFiles<Settings extends FileSettings>(run: PullRun<Settings>, open: OpenFileServer<Settings>) {
  const { settings, signal, spoolDir } = run;
  const connections = [new ServerConnection(() => open(run), signal)];
  try {
    const chosen = await look(run, connections[0] as ServerConnection);
    const queue = [...chosen.unfinished, ...chosen.ready];
    const rest = queue.splice(settings.filesMax);
    await clearSpool(spoolDir, new Set([...queue, ...rest, ...chosen.delayed].map(spoolKey)));
    while (connections.length < Math.min(settings.parallel, queue.length))
      connections.push(new ServerConnection(() => open(run), signal));
    const taker = new FileTaker(run);
    await Promise.all(connections.map((connection) => takeAll(queue, connection, taker, signal)));
    return { againS: rest.length > 0 ? 0 : againS(chosen, taker, fromInstant(now())) };
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
}

/** Takes files off the queue until it is empty; a failure of the server or of the disk empties it. */
async function takeAll(
  queue: ChosenFiles["ready"][number][],
  connection: ServerConnection,
  taker: FileTaker,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (let file = queue.shift(); file !== undefined && !signal.aborted; file = queue.shift())
      await taker.take(file, connection);
  } catch (error) {
    queue.length = 0;
    throw error;
  }
}

/** Lists the folder and remembers what is new; a second time, where files only have to settle. */
async function look<Settings extends FileSettings>(
  run: PullRun<Settings>,
  connection: ServerConnection,
): Promise<ChosenFiles> {
  const { signal } = run;
  const first = await lookOnce(run, connection);
  const waits = first.waiting.flatMap(({ untilMs }) => (untilMs === null ? [] : [untilMs - fromInstant(now())]));
  const waitMs = Math.max(0, ...waits.filter((ms) => ms <= WAIT_MS_MAX));
  if (waitMs === 0 || signal.aborted) return first;
  await sleep(waitMs + 1, undefined, { signal }).catch(() => undefined);
  return signal.aborted ? first : await lookOnce(run, connection);
}

async function lookOnce<Settings extends FileSettings>(
  run: PullRun<Settings>,
  connection: ServerConnection,
): Promise<ChosenFiles> {
  const { db, pull, settings } = run;
  const { tenantId, id: pullId } = pull;
  const listed = await connection.use((server) => server.list(settings.recursive));
  const at = fromInstant(now());
  return await db.transaction("app", { tenantId }, async (tx) => {
    const chosen = chooseFiles(listed, await listSeenFiles(tx, pullId), settings, at);
    if (run.isPreview) return chosen;
    await saveSeenFiles(tx, { tenantId, pullId }, chosen.changed);
    await forgetGoneFiles(tx, pullId, (at - GONE_MS) as EpochMs);
    return chosen;
  });
}

/** In how many seconds a file that waits may be taken; null: nothing tells. */
function againS({ waiting, delayed }: ChosenFiles, { retriesMs }: FileTaker, at: EpochMs): number | null {
  const waits = [
    ...waiting.flatMap(({ untilMs }) => (untilMs === null ? [] : [untilMs - at])),
    ...delayed.map(({ notBefore }) => (notBefore ?? at) - at),
    ...retriesMs,
  ];
  return waits.length === 0 ? null : Math.max(0, Math.min(...waits)) / MS_PER_S;
}

async function previewFiles<Settings extends FileSettings>(
  run: PullRun<Settings>,
  open: OpenFileServer<Settings>,
): Promise<readonly PullPreview[]> {
  const connection = new ServerConnection(() => open(run), run.signal);
  try {
    const chosen = await lookOnce(run, connection);
    const { settleS, marker } = run.settings;
    const waits = (sizeBytes: number, untilMs: number | null): string => {
      if (untilMs !== null) return `must not have changed for ${settleS} s`;
      return sizeBytes === 0 ? "it is empty" : `${marker} is not there yet`;
    };
    return [
      ...chosen.ready.map((file) => preview(file, "fetch", null)),
      ...chosen.waiting.map(({ file, untilMs }) => preview(file, "wait", waits(file.sizeBytes, untilMs))),
      ...chosen.delayed.map((file) => preview(file, "wait", `failed ${file.failures} times`)),
      ...chosen.unfinished.map((file) => preview(file, "done", "still to be moved away")),
      ...chosen.settled.map((file) => preview(file, file.state === "refused" ? "refused" : "done", null)),
    ].sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    await connection.end();
  }
}

const preview = (
  { path, sizeBytes }: ChosenFiles["ready"][number],
  fate: PullPreview["fate"],
  reason: string | null,
): PullPreview => ({ path, sizeBytes, fate, reason });
