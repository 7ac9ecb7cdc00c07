import type { IncomingHttpHeaders } from "node:http";
import type { Permission } from "../../core/access/permission.ts";
import type { Actor } from "../access/actor.ts";
import { notSignedIn, operatorOnly, permissionMissing } from "./problems.ts";

/** What is known of a request before its body is read. */
export interface RequestFacts {
  readonly method: string;
  /** Without the query: `/v1/accounts`. */
  readonly path: string;
  /** Where the connection comes from, or what a trusted proxy says of it. */
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Finds out who asks. null: the request has no credentials of this kind, the next one may know. Credentials that are
 * there and do not hold are a Problem (401, or 403 where they hold but not from this address).
 */
export type Authenticator = (request: RequestFacts) => Promise<Actor | null>;

/**
 * Whom a route lets in: who has the permission, anybody who is known (`signed-in`: what is their own), or everybody
 * (`public`: logging in). A permission that nobody was given lets nobody in.
 */
export type Admission = Permission | "signed-in" | "public";

/**
 * Who asks. Errors: Problem `not-signed-in` (401) when no authenticator knows, and what authenticators throw.
 */
export async function authenticate(authenticators: readonly Authenticator[], request: RequestFacts): Promise<Actor> {
  for (const authenticator of authenticators) {
    const actor = await authenticator(request);
    if (actor !== null) return actor;
  }
  throw notSignedIn();
}

/**
 * Whether they may use the route. Errors: Problems `permission-missing` and `operator-only` (403), which tell of the
 * route and of nothing that is stored.
 */
export function requireAdmission(
  actor: Actor,
  route: { readonly admits: Exclude<Admission, "public">; readonly isOperatorOnly: boolean },
): void {
  const { admits } = route;
  if (admits !== "signed-in" && !actor.permissions.has(admits)) throw permissionMissing({ permission: admits });
  if (route.isOperatorOnly && actor.accountId !== null) throw operatorOnly();
}
