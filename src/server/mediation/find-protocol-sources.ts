import type { Database } from "../db/database.ts";
import { type DiameterSource, findDiameterSources, findRadiusSources, type RadiusSource } from "./source-store.ts";

export type { DiameterSource, RadiusSource };

/** The sources of all tenants whose switches speak RADIUS. */
export const radiusSources = (db: Database): Promise<readonly RadiusSource[]> =>
  db.transaction("ingest", {}, findRadiusSources);

/** The sources of all tenants whose switches speak Diameter. */
export const diameterSources = (db: Database): Promise<readonly DiameterSource[]> =>
  db.transaction("ingest", {}, findDiameterSources);
