import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { Database } from "../db/database.ts";

const Status = Type.Object({ status: Type.Literal("ok") });

/**
 * GET /healthz — the process answers: a restart would not help.
 * GET /readyz — it can work: the database answers too. 503 with a problem document otherwise.
 */
export const healthRoutes =
  (db: Database): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get("/healthz", { schema: { response: { 200: Status } } }, async () => ({ status: "ok" as const }));
    app.get("/readyz", { schema: { response: { 200: Status } } }, async () => {
      await db.transaction("ingest", {}, (tx) => tx.query("select 1"));
      return { status: "ok" as const };
    });
  };
