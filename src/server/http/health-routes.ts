import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { notReady } from "./problems.ts";
import type { Readiness } from "./readiness.ts";

const Status = Type.Object({ status: Type.Literal("ok") });

/**
 * GET /healthz — the process answers: a restart would not help.
 * GET /readyz — it can work, too. 503 with a problem document that names what is missing otherwise.
 */
export const healthRoutes =
  (readiness: Readiness): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get("/healthz", { schema: { response: { 200: Status } } }, async () => ({ status: "ok" as const }));
    app.get("/readyz", { schema: { response: { 200: Status } } }, async () => {
      const missing = await readiness.missing();
      if (missing.length > 0) throw notReady({ missing });
      return { status: "ok" as const };
    });
  };
