import type { Tx } from "../db/tx.ts";
import { saveDevice } from "./device-store.ts";
import { makeToken, tokenHash } from "./secret-token.ts";
import type { User } from "./user.ts";

/**
 * Notes that somebody has logged in with this browser, whatever its token is so far, and answers its token: strangers'
 * failures do not slow them down here. Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
 */
export async function rememberDevice(
  tx: Tx,
  user: Pick<User, "tenantId" | "accountId" | "id">,
  known: string | undefined,
): Promise<string> {
  const token = isToken(known) ? known : makeToken().token; // a browser that several people use keeps one token
  await saveDevice(tx, user, tokenHash(token));
  return token;
}

/** Nothing shorter than ours is taken from a browser: it could be guessed. */
const isToken = (text: string | undefined): text is string => text !== undefined && /^[\w-]{43}$/.test(text);
