import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";
import { USER_COLUMNS, type UserRow, userOf } from "./user-store.ts";

/** full; or what is still to come before it is: the second factor is shown, or set up. */
export type SessionStage = "full" | "second-factor" | "enrolment";

/** Somebody who is logged in somewhere. */
export interface UserSession {
  readonly id: string;
  readonly userId: string;
  readonly stage: SessionStage;
  readonly beganAt: EpochMs;
  /** True to the minute. */
  readonly seenAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly address: string | null;
  readonly userAgent: string | null;
}

interface SessionRow {
  readonly session_id: string;
  readonly user_id: string;
  readonly stage: SessionStage;
  readonly began_at: EpochMs;
  readonly seen_at: EpochMs;
  readonly expires_at: EpochMs;
  readonly address: string | null;
  readonly user_agent: string | null;
}

const COLUMNS = "s.id as session_id, s.user_id, s.stage, s.began_at, s.seen_at, s.expires_at, s.address, s.user_agent";
const IS_UP = "s.expires_at > clock_timestamp() and s.seen_at + make_interval(secs => s.idle_s) > clock_timestamp()";

const sessionOf = (row: SessionRow): UserSession => ({
  ...{ id: row.session_id, userId: row.user_id, stage: row.stage, beganAt: row.began_at, seenAt: row.seen_at },
  ...{ expiresAt: row.expires_at, address: row.address, userAgent: row.user_agent },
});

/** The session of a token, and who it is; undefined: it is over, or its owner may not log in any more. */
export async function findSessionByHash(
  tx: Tx,
  hash: Buffer,
): Promise<{ readonly session: UserSession; readonly user: User; readonly isDue: boolean } | undefined> {
  const { rows } = await tx.prepared<SessionRow & UserRow & { readonly is_due: boolean }>(
    "find-user-session",
    `select ${COLUMNS}, ${USER_COLUMNS}, s.seen_at < clock_timestamp() - interval '1 minute' as is_due
     from user_sessions s join users u on u.id = s.user_id
     where s.hash = $1 and u.state = 'active' and ${IS_UP}`,
    [hash],
  );
  return rows[0] && { session: sessionOf(rows[0]), user: userOf(rows[0]), isDue: rows[0].is_due };
}

export async function noteSessionSeen(tx: Tx, id: string, address: string): Promise<void> {
  await tx.query("update user_sessions set seen_at = clock_timestamp(), address = $2 where id = $1", [id, address]);
}

/** What a new session is made of. */
export interface NewSession {
  readonly id: string;
  readonly hash: Buffer;
  readonly user: Pick<User, "id" | "tenantId" | "accountId">;
  readonly stage: SessionStage;
  readonly idleS: number;
  readonly lifeS: number;
  readonly address: string;
  readonly userAgent: string | null;
}

export async function insertSession(tx: Tx, { id, hash, user, stage, ...rest }: NewSession): Promise<void> {
  await tx.query(
    `insert into user_sessions
       (tenant_id, account_id, id, user_id, hash, stage, idle_s, expires_at, address, user_agent)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8), $9, $10)`,
    [
      ...[user.tenantId, user.accountId, id, user.id, hash, stage, rest.idleS, rest.lifeS, rest.address],
      rest.userAgent,
    ],
  );
}

/** Of somebody's sessions, only the newest `limit` stay, and none that is over. */
export async function trimSessions(tx: Tx, userId: string, limit: number): Promise<void> {
  await tx.query(
    `delete from user_sessions s where s.user_id = $1 and (not (${IS_UP}) or s.id not in (
       select id from user_sessions where user_id = $1 order by id desc limit $2))`,
    [userId, limit],
  );
}

/** Somebody's sessions that are up, the one that was used last first. */
export async function listSessions(tx: Tx, userId: string): Promise<readonly UserSession[]> {
  const { rows } = await tx.query<SessionRow>(
    `select ${COLUMNS} from user_sessions s where s.user_id = $1 and s.stage = 'full' and ${IS_UP}
     order by s.seen_at desc, s.id desc`,
    [userId],
  );
  return rows.map(sessionOf);
}

/** Ends sessions of somebody: one, all (`only` null), or all but one. Answers how many it were. */
export async function deleteSessions(
  tx: Tx,
  userId: string,
  { only = null, but = null }: { readonly only?: string | null; readonly but?: string | null } = {},
): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from user_sessions where user_id = $1 and ($2::uuid is null or id = $2) and ($3::uuid is null or id <> $3)`,
    [userId, only, but],
  );
  return rowCount;
}

/** Who is logged in without a second factor can only set one up from now on. */
export async function askForEnrolment(tx: Tx, tenantId: string): Promise<void> {
  await tx.query(
    `update user_sessions s set stage = 'enrolment' where s.tenant_id = $1 and s.stage = 'full' and not exists (
       select from user_second_factors f where f.user_id = s.user_id and f.confirmed_at is not null)`,
    [tenantId],
  );
}

export async function deleteSessionByHash(tx: Tx, hash: Buffer): Promise<void> {
  await tx.query("delete from user_sessions where hash = $1", [hash]);
}

/** Forgets sessions that are over, of all tenants. */
export async function deleteSessionsOver(tx: Tx): Promise<void> {
  await tx.query(`delete from user_sessions s where not (${IS_UP})`);
}
