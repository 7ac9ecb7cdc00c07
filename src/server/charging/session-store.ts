import {
  type BucketUnitsJson,
  bucketUnitsFromJson,
  bucketUnitsToJson,
  NO_UNITS,
} from "../../core/allowance/bucket-units.ts";
import type { Hold } from "../../core/charging/session.ts";
import { nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import { bigintArray, jsonArray, jsonbArray, textArray, timestampArray, uuidArray } from "../db/array-parameter.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { CallAttempt, CallHandle } from "./charging-request.ts";
import type { Session } from "./session.ts";

interface SessionRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly source_id: string;
  readonly state: Session["state"];
  readonly book_id: string | null;
  readonly account_id: string | null;
  readonly levels: readonly {
    readonly accountId: string;
    readonly amount: string;
    readonly units?: readonly BucketUnitsJson[];
    readonly used?: string;
    readonly scopes?: readonly string[];
  }[];
  readonly attempt: CallAttempt;
  readonly opened_at: EpochMs;
  readonly answered_at: EpochMs | null;
  readonly used_s: string;
  readonly granted_s: string;
  readonly expires_at: EpochMs;
  readonly cut_at: EpochMs | null;
  readonly answers: Session["answers"];
}

const COLUMNS = `id, tenant_id, source_id, state, book_id, account_id, levels, attempt, opened_at, answered_at, used_s,
  granted_s, expires_at, answers`;

const sessionOf = (row: SessionRow): Session => ({
  id: row.id,
  tenantId: row.tenant_id,
  sourceId: row.source_id,
  state: row.state,
  payer: row.book_id === null || row.account_id === null ? null : { bookId: row.book_id, accountId: row.account_id },
  holds: row.levels.map(({ accountId, amount, units, used, scopes }) => {
    return {
      accountId,
      amount: nanosFromSql(amount),
      units: units === undefined ? NO_UNITS : bucketUnitsFromJson(units),
      ...(used !== undefined && { used: nanosFromSql(used) }),
      ...(scopes !== undefined && { scopes }),
    };
  }),
  attempt: row.attempt,
  openedAt: row.opened_at,
  answeredAt: row.answered_at,
  usedS: Number(row.used_s),
  grantedS: Number(row.granted_s),
  expiresAt: row.expires_at,
  cutAt: row.cut_at,
  answers: row.answers,
});

/** The sessions of these ids, locked in id order until `tx` ends; those that are not there are left out. */
export async function lockSessions(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Session>> {
  const { rows } = await tx.prepared<SessionRow>(
    "lock-sessions",
    `select ${COLUMNS}, cut_at from sessions where id = any($1::uuid[]) order by id for update`,
    [uuidArray(ids)],
  );
  return new Map(rows.map((row) => [row.id, sessionOf(row)]));
}

/** Whose sessions are looked for: those of a source that accounts pay for. */
export interface PaidBy {
  readonly sourceId: string;
  readonly accountIds: readonly string[];
}

/** Whether any session is open that one of these accounts pays for. */
export async function hasOpenSessions(tx: Tx, { sourceId, accountIds }: PaidBy): Promise<boolean> {
  const { rows } = await tx.prepared<{ is_there: boolean }>(
    "has-open-sessions",
    `select exists (
       select from sessions where state = 'open' and account_id = any($2::uuid[]) and source_id = $1) as is_there`,
    [sourceId, uuidArray(accountIds)],
  );
  return rows[0]?.is_there === true;
}

/**
 * Locks the open sessions that become the records of these identities, or of these keys where a record has one of its
 * own; those that others have locked are passed over.
 */
export async function lockRecorded(
  tx: Tx,
  { sourceId, accountIds }: PaidBy,
  { ids, keys }: { readonly ids: readonly string[]; readonly keys: readonly string[] },
): Promise<readonly Session[]> {
  const { rows } = await tx.prepared<SessionRow>(
    "lock-recorded",
    `select ${COLUMNS}, cut_at from sessions where state = 'open' and account_id = any($2::uuid[]) and source_id = $1
       and (id = any($3::uuid[]) or attempt ->> 'recordKey' = any($4::text[])) order by id for update skip locked`,
    [sourceId, uuidArray(accountIds), uuidArray(ids), textArray(keys)],
  );
  return rows.map(sessionOf);
}

/**
 * Stores sessions that {@link lockSessions} did not find. Errors: a unique violation where another process has opened
 * one of them since; its batch is decided again.
 */
export async function insertSessions(tx: Tx, sessions: readonly Session[]): Promise<void> {
  if (sessions.length === 0) return;
  await tx.prepared(
    "insert-sessions",
    `insert into sessions (${COLUMNS})
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[],
       $6::uuid[], $7::jsonb[], $8::json[], $9::timestamptz[], $10::timestamptz[], $11::bigint[], $12::bigint[],
       $13::timestamptz[], $14::json[])`,
    [
      uuidArray(sessions.map(({ id }) => id)),
      uuidArray(sessions.map(({ tenantId }) => tenantId)),
      uuidArray(sessions.map(({ sourceId }) => sourceId)),
      textArray(sessions.map(({ state }) => state)),
      uuidArray(sessions.map(({ payer }) => payer?.bookId ?? null)),
      uuidArray(sessions.map(({ payer }) => payer?.accountId ?? null)),
      jsonbArray(sessions.map(({ holds }) => holds.map(stored))),
      jsonArray(sessions.map(({ attempt }) => attempt)),
      timestampArray(sessions.map(({ openedAt }) => openedAt)),
      timestampArray(sessions.map(({ answeredAt }) => answeredAt)),
      bigintArray(sessions.map(({ usedS }) => usedS)),
      bigintArray(sessions.map(({ grantedS }) => grantedS)),
      timestampArray(sessions.map(({ expiresAt }) => expiresAt)),
      jsonArray(sessions.map(({ answers }) => answers)),
    ],
  );
  await noteKeys(tx, sessions);
}

/** Notes the switch's key of sessions that are no calls, of which it has several: they are found by it. */
async function noteKeys(tx: Tx, sessions: readonly Session[]): Promise<void> {
  const others = sessions.filter(({ attempt }) => attempt.consumed !== undefined);
  if (others.length === 0) return;
  await tx.query(
    "update sessions s set switch_key = t.key from unnest($1::uuid[], $2::text[]) t(id, key) where s.id = t.id",
    [others.map(({ id }) => id), others.map(({ attempt }) => attempt.key)],
  );
}

/** Stores sessions that {@link lockSessions} has locked as they are now. */
export async function updateSessions(tx: Tx, sessions: readonly Session[]): Promise<void> {
  if (sessions.length === 0) return;
  await tx.prepared(
    "update-sessions",
    `update sessions s set state = t.state, book_id = t.book_id, account_id = t.account_id, levels = t.levels,
       attempt = t.attempt, answered_at = t.answered_at, used_s = t.used_s, granted_s = t.granted_s,
       expires_at = t.expires_at, answers = t.answers
     from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::jsonb[], $6::json[], $7::timestamptz[],
       $8::bigint[], $9::bigint[], $10::timestamptz[], $11::json[])
       as t(id, state, book_id, account_id, levels, attempt, answered_at, used_s, granted_s, expires_at, answers)
     where s.id = t.id and s.id = any($1::uuid[])`,
    [
      uuidArray(sessions.map(({ id }) => id)),
      textArray(sessions.map(({ state }) => state)),
      uuidArray(sessions.map(({ payer }) => payer?.bookId ?? null)),
      uuidArray(sessions.map(({ payer }) => payer?.accountId ?? null)),
      jsonbArray(sessions.map(({ holds }) => holds.map(stored))),
      jsonArray(sessions.map(({ attempt }) => attempt)),
      timestampArray(sessions.map(({ answeredAt }) => answeredAt)),
      bigintArray(sessions.map(({ usedS }) => usedS)),
      bigintArray(sessions.map(({ grantedS }) => grantedS)),
      timestampArray(sessions.map(({ expiresAt }) => expiresAt)),
      jsonArray(sessions.map(({ answers }) => answers)),
    ],
  );
}

const stored = ({ accountId, amount, units, used, scopes }: Hold) => ({
  ...{ accountId, amount: nanosToSql(amount) },
  ...(units.length > 0 && { units: bucketUnitsToJson(units) }),
  ...(used !== undefined && { used: nanosToSql(used) }),
  ...(scopes !== undefined && { scopes }),
});

/** What giving a session up needs to know of it. */
export interface SilentSession
  extends Pick<Session, "id" | "tenantId" | "sourceId" | "openedAt" | "answeredAt" | "usedS" | "expiresAt"> {
  readonly key: string;
  readonly leg: string;
  readonly service: Service;
  /** When its switch said that it ended the call; null: it did not. */
  readonly endedAt: EpochMs | null;
}

type SilentRow = SessionRow & { readonly ended_at: EpochMs | null };

const SILENT_COLUMNS = `s.id, s.tenant_id, s.source_id, s.attempt, s.opened_at, s.answered_at, s.used_s, s.expires_at,
  (select max(done_at) from session_cuts c where c.session_id = s.id and c.outcome = 'ended') as ended_at`;

const silentOf = (row: SilentRow): SilentSession => ({
  id: row.id,
  tenantId: row.tenant_id,
  sourceId: row.source_id,
  endedAt: row.ended_at,
  expiresAt: row.expires_at,
  key: row.attempt.key,
  leg: row.attempt.leg,
  openedAt: row.opened_at,
  answeredAt: row.answered_at,
  usedS: Number(row.used_s),
  service: row.attempt.consumed?.service ?? "voice",
});

/**
 * Open sessions of which nothing was heard for too long, the longest first; those behind `after`, if it is given. The
 * index has them by the ten minutes in which they expire.
 */
export async function findGivenUp(
  tx: Tx,
  { limit, after }: { readonly limit: number; readonly after: Pick<SilentSession, "id" | "expiresAt"> | null },
): Promise<readonly SilentSession[]> {
  const { rows } = await tx.query<SilentRow>(
    `select ${SILENT_COLUMNS} from sessions s where silent_from <= now() and expires_at <= now()
       and ($2::timestamptz is null or (date_trunc('milliseconds', expires_at), id) > ($2, $3::uuid))
     order by date_trunc('milliseconds', expires_at), id limit $1`,
    [limit, after && timestampToSql(after.expiresAt), after?.id ?? null],
  );
  return rows.map(silentOf);
}

/** Which sessions are a switch's that has begun anew. */
export interface LostSessions {
  readonly sourceId: string;
  /** What their handles have in common: the switch's own names, or the address that it sends from. */
  readonly handle: Pick<CallHandle, "way"> & Partial<CallHandle>;
  /** Only those that were opened by then. */
  readonly openedBy: EpochMs;
}

/**
 * Lets open sessions run out at once; answers those, of which there may be more. Locked in the order of ids, as by
 * {@link lockSessions}.
 */
export async function expireSessions(
  tx: Tx,
  { sourceId, handle, openedBy }: LostSessions,
  limit: number,
): Promise<readonly SilentSession[]> {
  const { rows } = await tx.query<SilentRow>(
    `with lost as (
       select id from sessions where state = 'open' and source_id = $1 and opened_at <= $2
         and expires_at > clock_timestamp() and (attempt -> 'handle')::jsonb @> $3::jsonb
       order by id limit $4 for update)
     update sessions s set expires_at = clock_timestamp() from lost where s.id = lost.id returning ${SILENT_COLUMNS}`,
    [sourceId, timestampToSql(openedBy), JSON.stringify(handle), limit],
  );
  return rows.map(silentOf);
}

/** Forgets sessions that ended, or were refused, long enough ago; answers how many. */
export async function forgetSessions(tx: Tx, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from sessions where id in (
       select id from sessions where forget_at <= now() limit $1 for update skip locked)`,
    [limit],
  );
  return rowCount;
}

/** The database's clock: of expiry, and of what a call that is answered now costs. */
export async function databaseNow(tx: Tx): Promise<EpochMs> {
  const { rows } = await tx.prepared<{ at: EpochMs }>("database-now", "select clock_timestamp() as at", []);
  return (rows[0] as { readonly at: EpochMs }).at;
}
