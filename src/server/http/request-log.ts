import type { FastifyReply, FastifyRequest } from "fastify";

/** Tells of every request that was answered. */
export interface HttpMeter {
  /** `route` as it is declared, such as "/v1/sources/:source/cdrs"; "unknown": there is none. */
  answered(request: { readonly method: string; readonly route: string }, status: number, ms: number): void;
}

/** The route of a request as it is declared: its address may hold names, numbers and secrets. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? "unknown";

/** Logs a request once it is answered, and tells the meter. */
export function requestLog(
  level: "debug" | "info",
  meter: HttpMeter | undefined,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    const [{ method, log }, { statusCode: status, elapsedTime }] = [request, reply];
    const route = routeOf(request);
    meter?.answered({ method, route }, status, elapsedTime);
    log[level]({ method, route, status, ms: Math.ceil(elapsedTime) }, `${method} ${route}`);
  };
}
