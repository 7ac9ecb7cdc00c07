import { createHash } from "node:crypto";
import type { SwitchCall } from "../../core/usage/switch-call.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import { normaliseCall } from "../../mediation/normalise.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Database } from "../db/database.ts";
import { hashOfRow } from "../mediation/arrived-row.ts";
import { findSourceNamed } from "../mediation/find-source.ts";
import { type OpenedSource, openSource } from "../mediation/open-source.ts";
import { chunksOf } from "../mediation/read-file.ts";
import { loadRatingContext } from "../rating/rating-context.ts";
import { usageIdentity } from "../usage/identity.ts";
import { type FileLine, findEventPlaces, findWaitingPlaces, type KeptPlace, type NamedFile } from "./line-store.ts";

/** A row of the file that is kept at no line of it: an earlier row, or nothing to be billed. */
type Unkept = { readonly line: number } & (
  | { readonly kind: "non-billable"; readonly key: string | null; readonly why: string }
  | { readonly kind: "call"; readonly call: SwitchCall; readonly id: string }
  | { readonly kind: "reject"; readonly hash: string }
);

/**
 * Reads a file again under today's settings and says of each row that is kept at no line of the file what it is: a
 * call that another row brought, a text that waits elsewhere, or no call to be billed. Stores nothing. Answers the
 * file's digest with them.
 */
export async function explainRows(
  db: Database,
  args: {
    readonly tenantId: string;
    readonly file: NamedFile;
    readonly path: string;
    readonly kept: readonly FileLine[];
  },
): Promise<{ readonly sha256: string; readonly lines: readonly FileLine[] }> {
  const { tenantId, file, path, kept } = args;
  const source = await findSourceNamed(db, tenantId, file.source);
  const rating = await db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null));
  const opened = openSource(source, rating, file.receivedAt);
  const keptLines = new Set(kept.map(({ line }) => line));
  const hash = createHash("sha256");
  const unkept: Unkept[] = [];
  const take = (rows: readonly DecodedRow[]) => {
    for (const row of rows) if (!keptLines.has(row.line)) unkept.push(...unkeptOf(opened, file.sourceId, row));
  };
  const decoder = opened.format.open(opened.settings);
  for await (const chunk of chunksOf(path)) {
    hash.update(chunk);
    take(decoder.push(chunk));
  }
  take(decoder.end());
  const explained = await explain(db, tenantId, file, unkept);
  return { sha256: hash.digest("hex"), lines: [...kept, ...explained].sort((a, b) => a.line - b.line) };
}

function unkeptOf({ desk }: OpenedSource, sourceId: string, { line, raw, outcome }: DecodedRow): Unkept[] {
  if (outcome.kind === "framing" || raw === "") return [];
  if (outcome.kind === "non-billable") return [{ kind: "non-billable", line, key: null, why: outcome.why }];
  if (outcome.kind !== "call" || outcome.call.part !== null)
    return [{ kind: "reject", line, hash: hashOfRow({ raw }) }];
  const { call } = outcome;
  const normalised = normaliseCall(call, desk.rules, desk.sanity);
  if (normalised.kind === "non-billable") return [{ kind: "non-billable", line, key: call.key, why: normalised.why }];
  return [{ kind: "call", line, call, id: uuidText(usageIdentity(sourceId, call.key, call.leg)) }];
}

async function explain(
  db: Database,
  tenantId: string,
  { sourceId }: NamedFile,
  unkept: readonly Unkept[],
): Promise<readonly FileLine[]> {
  const ids = unkept.flatMap((row) => (row.kind === "call" ? [row.id] : []));
  const rawHashes = unkept.flatMap((row) => (row.kind === "reject" ? [row.hash] : []));
  const { events, waiting } = await db.transaction("ingest", {}, async (tx) => ({
    events: await findEventPlaces(tx, { tenantId, ids }),
    waiting: await findWaitingPlaces(tx, { sourceId, rawHashes }),
  }));
  return unkept.map((row): FileLine => {
    switch (row.kind) {
      case "non-billable":
        return { line: row.line, fate: "non-billable", key: row.key, at: null, code: null, why: row.why };
      case "call": {
        const { key, startedAt: at } = row.call;
        return { line: row.line, fate: "duplicate", key, at, code: null, why: sameAs("The call", events.get(row.id)) };
      }
      case "reject":
        return {
          line: row.line,
          fate: "duplicate",
          key: null,
          at: null,
          code: null,
          why: sameAs("The text", waiting.get(row.hash)),
        };
      default:
        return row satisfies never;
    }
  });
}

const sameAs = (what: string, place: KeptPlace | undefined): string =>
  place === undefined
    ? `${what} came in another row, and reads otherwise by today's settings.`
    : `${what} came before: ${place.file} line ${place.line}.`;
