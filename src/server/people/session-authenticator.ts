import type { Authenticator } from "../api/authenticate.ts";
import { knownSession } from "./known-session.ts";
import type { People } from "./people.ts";
import { userActor } from "./user-actor.ts";

/**
 * Takes the cookie of a session. Errors, of what it makes: Problem `log-in-over`, `second-factor-due` (401),
 * `foreign-page` (403).
 */
export const sessionAuthenticator =
  (people: Pick<People, "db" | "lists" | "publicUrl">): Authenticator =>
  async (request) => {
    const known = await knownSession(people, request);
    return known && userActor(known.user, request.address);
  };
