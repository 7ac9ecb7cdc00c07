import { uuidv7 } from "../../clock.ts";
import type { Tx } from "../db/tx.ts";
import { readLogInSettings } from "./log-in-settings-store.ts";
import { listSecondFactors } from "./second-factor-store.ts";
import { makeToken } from "./secret-token.ts";
import type { User } from "./user.ts";
import { insertSession, type SessionStage, trimSessions } from "./user-session-store.ts";
import { noteLogIn } from "./user-store.ts";

/** From where somebody logs in. */
export interface Whereabouts {
  readonly address: string;
  readonly userAgent: string | null;
}

/** A session that has just begun. */
export interface OpenedSession {
  readonly id: string;
  /** For the cookie; shown this once. */
  readonly token: string;
  readonly stage: SessionStage;
  /** Seconds after which the browser may forget it. */
  readonly lifeS: number;
}

const SESSIONS_MAX = 50;
const USER_AGENT_CHARACTERS_MAX = 300;
/** For as long the second factor may take to be shown or set up. */
const UNFINISHED_S = 15 * 60;

/** What somebody has to do before their session is a full one. */
export async function stageOf(tx: Tx, user: Pick<User, "id" | "tenantId">): Promise<SessionStage> {
  const factors = await listSecondFactors(tx, user.id);
  if (factors.some(({ confirmedAt }) => confirmedAt !== null)) return "second-factor";
  return (await readLogInSettings(tx, user.tenantId)).secondFactorRequired ? "enrolment" : "full";
}

/**
 * Begins a session under a token that nobody had before: whatever the browser sent is worth nothing, so that nobody can
 * give another a session and be logged in along with them. The transaction sees the whole tenant.
 */
export async function openSession(
  tx: Tx,
  user: Pick<User, "id" | "tenantId" | "accountId">,
  stage: SessionStage,
  { address, userAgent }: Whereabouts,
): Promise<OpenedSession> {
  const { token, hash } = makeToken();
  const settings = await readLogInSettings(tx, user.tenantId);
  const isFull = stage === "full";
  const [lifeS, idleS] = isFull ? [settings.sessionS, settings.sessionIdleS] : [UNFINISHED_S, UNFINISHED_S];
  const id = uuidv7();
  const shownAgent = userAgent?.replaceAll(/\p{Cc}/gu, " ").slice(0, USER_AGENT_CHARACTERS_MAX) ?? null;
  await insertSession(tx, { id, hash, user, stage, idleS, lifeS, address, userAgent: shownAgent });
  await trimSessions(tx, user.id, SESSIONS_MAX);
  if (isFull) await noteLogIn(tx, user.id);
  return { id, token, stage, lifeS };
}
