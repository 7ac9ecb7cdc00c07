import { createHash, randomBytes } from "node:crypto";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { pushUnauthorised } from "./problems.ts";
import { findPushedSource, insertPushToken, type PushedSource, revokePushTokens } from "./push-token-store.ts";
import { findSource } from "./source-store.ts";

export type { PushedSource };

const TOKEN_BYTES = 32;

/** A token is 256 random bits: no dictionary helps against its hash, and no salt is needed. */
const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

export interface IssuedToken {
  /** Shown once: only its hash is kept. */
  readonly token: string;
  readonly revoked: number;
}

/**
 * Makes a secret with which a switch may push records of `source`. Earlier ones stay valid, so that a switch can be
 * changed without losing a record, unless `revokeEarlier` says otherwise. Errors: Problem `source-unknown`.
 */
export async function issuePushToken(
  db: Database,
  request: {
    readonly tenantId: string;
    readonly source: string;
    readonly revokeEarlier: boolean;
    readonly actor: Actor;
  },
): Promise<IssuedToken> {
  const { tenantId, actor } = request;
  const token = `twp_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
  const revoked = await db.transaction("app", { tenantId }, async (tx) => {
    const { id: sourceId } = await findSource(tx, tenantId, request.source);
    const count = request.revokeEarlier ? await revokePushTokens(tx, sourceId) : 0;
    await insertPushToken(tx, { tenantId, sourceId }, { hash: hashOf(token), createdBy: actor.name });
    await recordAudit(tx, actor, [
      {
        action: "source.token-issued",
        object: { kind: "source", id: sourceId, name: request.source },
        before: null,
        after: { earlierRevoked: count },
        reason: null,
        isSecurity: true,
      },
    ]);
    return count;
  });
  return { token, revoked };
}

/**
 * The source that a push with this `Authorization` header is for: `Bearer TOKEN`, or `Basic` with the token as the
 * password and any user name. Whether the source, the token or their bond is wrong is not told apart.
 *
 * Errors: Problem `push-unauthorised`.
 */
export async function authorisePush(
  db: Database,
  { source, authorization }: { readonly source: string; readonly authorization: string | undefined },
): Promise<PushedSource> {
  const token = tokenIn(authorization ?? "");
  const found =
    token === undefined || source.includes("\0") // "%00" in a path is no text for the database either
      ? undefined
      : await db.transaction("ingest", {}, (tx) => findPushedSource(tx, { name: source, hash: hashOf(token) }));
  if (found === undefined) throw pushUnauthorised();
  return found;
}

function tokenIn(authorization: string): string | undefined {
  const [, scheme = "", credentials = ""] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return credentials === "" ? undefined : credentials;
  const userAndPassword = Buffer.from(credentials, "base64").toString("utf8");
  return userAndPassword.slice(userAndPassword.indexOf(":") + 1);
}
