import { uuidv7 } from "../../clock.ts";
import { isUniqueViolation } from "../db/unique-violation.ts";
import { insertAuthenticator, takeChallenge } from "./authenticator-store.ts";
import type { KnownSession } from "./known-session.ts";
import type { Whereabouts } from "./open-session.ts";
import { type Enrolled, enrol } from "./own-second-factors.ts";
import type { People } from "./people.ts";
import { secondFactorRefused } from "./problems.ts";
import type { RelyingParty } from "./relying-party.ts";
import { listSecondFactors } from "./second-factor-store.ts";
import { requirePassword } from "./set-password.ts";
import { creationOptions, type NewCredential, requestOptions, verifiedCredential } from "./webauthn.ts";

/**
 * What a browser needs to have an authenticator set up. Errors: Problem `password-wrong`, `log-in-throttled`,
 * `log-in-overloaded`.
 */
export async function beginAuthenticator(
  { db }: Pick<People, "db">,
  { user }: KnownSession,
  wanted: { readonly password: string | undefined; readonly site: RelyingParty; readonly issuer: string },
): Promise<object> {
  await requirePassword(db, user, wanted.password);
  return await db.transaction("app", { tenantId: user.tenantId }, (tx) => creationOptions(tx, user, wanted));
}

/**
 * Takes the authenticator that was set up: from now on it is asked for. The session goes on under another token; the
 * others end. Errors: Problem `second-factor-refused`, `log-in-over`.
 */
export async function addAuthenticator(
  { db }: Pick<People, "db">,
  known: KnownSession,
  made: Whereabouts & { readonly name: string; readonly credential: NewCredential; readonly site: RelyingParty },
): Promise<Enrolled> {
  const { user } = known;
  const { name, credential, site } = made;
  const scope = { tenantId: user.tenantId };
  const asked = await db.transaction("app", scope, (tx) => takeChallenge(tx, user.id, "registration"));
  if (asked === undefined || asked.rpId !== site.id) throw secondFactorRefused();
  const verified = await verifiedCredential(credential, { challenge: asked.challenge, site });
  if (verified === null) throw secondFactorRefused();
  return await db
    .transaction("app", scope, async (tx) => {
      const factors = await listSecondFactors(tx, user.id);
      await insertAuthenticator(tx, user, { ...verified, factorId: uuidv7(), name, rpId: site.id });
      const isFirst = factors.every(({ confirmedAt }) => confirmedAt === null);
      return await enrol(tx, known, { whereabouts: made, factor: { kind: "webauthn", name }, isFirst });
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? secondFactorRefused() : error;
    });
}

/** What a browser needs to have one of somebody's authenticators sign, to show the second factor. */
export const challengeAuthenticators = (
  { db }: Pick<People, "db">,
  { user }: KnownSession,
  site: RelyingParty,
): Promise<object> => db.transaction("app", { tenantId: user.tenantId }, (tx) => requestOptions(tx, user, site));
