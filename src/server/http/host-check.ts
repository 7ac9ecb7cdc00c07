import type { FastifyRequest } from "fastify";
import { hostUnknown } from "./problems.ts";

/** Balancers and supervisors ask by address. */
const FOR_EVERY_NAME = new Set(["/healthz", "/readyz"]);

/**
 * Refuses requests that name another host than the given: a name that somebody else points at this machine would make
 * a browser inside the network speak to it on his behalf. Errors: Problem `host-unknown`.
 */
export function hostCheck(names: readonly string[]): (request: FastifyRequest) => Promise<void> {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return async ({ headers, routeOptions }) => {
    const host = headers.host?.toLowerCase() ?? "";
    if (known.has(withoutPort(host)) || FOR_EVERY_NAME.has(routeOptions.url ?? "")) return;
    throw hostUnknown({ host });
  };
}

const withoutPort = (host: string): string => host.replace(/:\d{1,5}$/, "");
