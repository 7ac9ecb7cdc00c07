import { hash } from "node:crypto";
import { inTurnWith } from "../allowance/rerate-pools.ts";
import type { Database } from "../db/database.ts";
import { findSources } from "../mediation/find-sources.ts";
import type { LiveRatingContext } from "../rating/live-rating-context.ts";
import type { ReratingDesk } from "./judge-call.ts";
import type { ReratingRequest } from "./selection.ts";

/** A desk, and what tells whether another one would judge by the same settings. */
export interface OpenedDesk {
  readonly desk: ReratingDesk;
  readonly settingsFingerprint: string;
}

/** Loads what calls are judged by, as of now; what did not change since the last time is kept. */
export async function openDesk(db: Database, live: LiveRatingContext, request: ReratingRequest): Promise<OpenedDesk> {
  const { tenantId } = request;
  const { context, fingerprint } = await db.transaction("app", { tenantId }, (tx) => live.fingerprinted(tx, tenantId));
  const sources = (await findSources(db, tenantId)).map(({ id, name, config: { legs, directions } }) => {
    return [id, { name, legs, directions: directions as readonly string[] | null }] as const;
  });
  const settings = JSON.stringify([fingerprint, sources]);
  return {
    desk: { context, sources: new Map(sources), request, isInTurn: inTurnWith(context) },
    settingsFingerprint: hash("sha256", settings, "hex"),
  };
}
