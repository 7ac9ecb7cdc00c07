import type { Authenticator } from "../api/authenticate.ts";
import type { Database } from "../db/database.ts";
import { actInName } from "./impersonate.ts";
import { impersonationOver } from "./problems.ts";

/** Names the impersonation under which a request is to be done; each request says so by itself. */
const HEADER = "tollwright-impersonation";
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * The same authenticator, for requests that may name an impersonation. Errors, beside its own: Problem
 * `impersonation-over` (403).
 */
export const impersonating =
  (db: Database, authenticator: Authenticator): Authenticator =>
  async (request) => {
    const actor = await authenticator(request);
    const id = request.headers[HEADER];
    if (actor === null || id === undefined) return actor;
    if (typeof id !== "string" || !UUID.test(id)) throw impersonationOver();
    return await actInName(db, actor, id);
  };
