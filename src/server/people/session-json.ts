import { toInstant } from "../../core/time/epoch.ts";
import type { UserSession } from "./user-session-store.ts";

/** A session as answers show it; `thisId` is the one that asks. */
export const sessionJson = (session: UserSession, thisId: string | null) => ({
  id: session.id,
  isThis: session.id === thisId,
  beganAt: toInstant(session.beganAt).toString(),
  seenAt: toInstant(session.seenAt).toString(),
  expiresAt: toInstant(session.expiresAt).toString(),
  address: session.address,
  userAgent: session.userAgent,
});
