import { uuidv7 } from "../../clock.ts";
import { type Nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { CallAttempt } from "../charging/charging-request.ts";
import { plainArray } from "../db/plain-array.ts";
import type { Tx } from "../db/tx.ts";
import type { EventOf } from "../events/event.ts";
import { recordEvents } from "../events/record-events.ts";
import type { CutOutcome } from "../switches/call-cutter.ts";
import type { Cut, CutFilter, CutReason } from "./cut.ts";
import type { CutSettings } from "./settings.ts";

/** A session that somebody wants to be ended. */
export interface WantedCut {
  readonly sessionId: string;
  /** A sentence for the record. */
  readonly why: string;
}

/** Who wants it. `tenantId`: only sessions of this one. */
export interface CutAuthor {
  readonly tenantId: string;
  readonly reason: CutReason;
  readonly askedBy: string;
}

/**
 * Stores that sessions are to end, and that nothing more is granted to them; answers the ids of those that did not
 * wait for their end already. Sessions are locked first and in order, as charging does.
 */
export async function insertCuts(
  tx: Tx,
  { tenantId, reason, askedBy }: CutAuthor,
  wanted: readonly WantedCut[],
): Promise<readonly string[]> {
  const ids = plainArray(wanted.map(({ sessionId }) => sessionId));
  await lockForCuts(tx, wanted);
  const { rows } = await tx.query<{ session_id: string }>(
    `insert into session_cuts (id, tenant_id, session_id, source_id, call_key, account_id, reason, asked_by, why)
     select t.id, s.tenant_id, s.id, s.source_id, s.attempt ->> 'key', s.account_id, $4, $5, t.why
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as t(id, session_id, why)
     join sessions s on s.id = t.session_id and s.tenant_id = $6
     on conflict (session_id) where done_at is null do nothing returning session_id`,
    [wanted.map(() => uuidv7()), ids, wanted.map(({ why }) => why), reason, askedBy, tenantId],
  );
  const taken = rows.map((row) => row.session_id);
  await tx.query(
    "update sessions set cut_at = clock_timestamp() where id = any($1::uuid[]) and state = 'open' and cut_at is null",
    [plainArray(taken)],
  );
  return taken;
}

/** Locks sessions in order: whoever stores cuts in several steps locks those of all of them before the first. */
export async function lockForCuts(tx: Tx, wanted: readonly Pick<WantedCut, "sessionId">[]): Promise<void> {
  await tx.query("select from sessions where id = any($1::uuid[]) order by id for update", [
    plainArray(wanted.map(({ sessionId }) => sessionId)),
  ]);
}

/** A call that is to be ended now. */
export interface DueCut {
  readonly id: string;
  readonly reason: CutReason;
  readonly tries: number;
  readonly isOpen: boolean;
  /** No process has taken it for long. */
  readonly isOverdue: boolean;
  readonly settings: CutSettings | null;
  readonly call: {
    readonly id: string;
    readonly tenantId: string;
    readonly sourceId: string;
    readonly attempt: CallAttempt;
  };
}

/** Seconds in which a process that can reach the switch has to be there. */
const OVERDUE_S = 60;

/** Cuts that are to be tried now, the longest waiting first. */
export async function findDueCuts(tx: Tx, limit: number): Promise<readonly DueCut[]> {
  const { rows } = await tx.prepared<{
    readonly id: string;
    readonly reason: CutReason;
    readonly tries: number;
    readonly state: string;
    readonly is_overdue: boolean;
    readonly settings: CutSettings | null;
    readonly session_id: string;
    readonly tenant_id: string;
    readonly source_id: string;
    readonly attempt: CallAttempt;
  }>(
    "find-due-cuts",
    `select c.id, c.reason, c.tries, s.state,
       c.next_try_at < clock_timestamp() - make_interval(secs => $2) as is_overdue,
       o.settings -> 'cut' as settings, c.session_id, c.tenant_id, c.source_id, s.attempt
     from session_cuts c join sessions s on s.id = c.session_id join sources o on o.id = c.source_id
     where c.done_at is null and c.next_try_at <= clock_timestamp() order by c.next_try_at limit $1`,
    [limit, OVERDUE_S],
  );
  return rows.map((row) => ({
    id: row.id,
    reason: row.reason,
    tries: row.tries,
    isOpen: row.state === "open",
    isOverdue: row.is_overdue,
    settings: row.settings,
    call: { id: row.session_id, tenantId: row.tenant_id, sourceId: row.source_id, attempt: row.attempt },
  }));
}

/** Seconds after which another process takes a cut of one that died. */
const TAKEN_S = 60;

/** Takes due cuts for this process; answers the ids of those that no other has taken. */
export async function takeCuts(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `update session_cuts set tries = tries + 1, next_try_at = clock_timestamp() + make_interval(secs => $2)
     where id in (select id from session_cuts where id = any($1::uuid[]) and done_at is null
       and next_try_at <= clock_timestamp() order by id for update skip locked) returning id`,
    [plainArray(ids), TAKEN_S],
  );
  return new Set(rows.map(({ id }) => id));
}

/** What came of a try. */
export interface TriedCut {
  readonly id: string;
  /** null: no switch was asked. */
  readonly way: string | null;
  readonly outcome: CutOutcome;
  /** What it said, as a sentence; "" where the outcome says it all. */
  readonly what: string;
}

/** Seconds in which the stop of a call that has ended should come; then it is accounted for without. */
const STOP_WAIT_S = 15;

/** Stores the end of a cut. The stop of a call that is over gets a moment to come. The session is locked first. */
export async function endCut(tx: Tx, { id, way, outcome, what }: TriedCut): Promise<void> {
  await tx.query("select from sessions where id = (select session_id from session_cuts where id = $1) for update", [
    id,
  ]);
  const { rows } = await tx.query<EndedCut>(
    `update session_cuts set outcome = $2, way = $3, what = $4, done_at = clock_timestamp()
     where id = $1 and done_at is null returning session_id, tenant_id, account_id, call_key, reason, why`,
    [id, outcome.kind, way, what],
  );
  const [ended] = rows;
  if (ended === undefined || outcome.kind === "failed") return;
  if (outcome.kind === "ended") await recordEvents(tx, ended.tenant_id, [cutEvent(ended)]);
  await tx.query(
    `update sessions set expires_at = least(expires_at, clock_timestamp() + make_interval(secs => $2))
     where id = $1 and state = 'open'`,
    [ended.session_id, STOP_WAIT_S],
  );
}

interface EndedCut {
  readonly session_id: string;
  readonly tenant_id: string;
  readonly account_id: string | null;
  readonly call_key: string;
  readonly reason: CutReason;
  readonly why: string;
}

const cutEvent = ({ account_id, session_id, call_key, reason, why }: EndedCut): EventOf<"call-cut"> => ({
  ...{ kind: "call-cut", accountId: account_id, objectId: session_id, data: { key: call_key, reason, why } },
});

/** Stores that a cut failed and is tried again after so many seconds. */
export async function delayCut(tx: Tx, { id, way, what }: TriedCut, afterS: number): Promise<void> {
  await tx.query(
    `update session_cuts set way = $2, what = $3, next_try_at = clock_timestamp() + make_interval(secs => $4)
     where id = $1 and done_at is null`,
    [id, way, what, afterS],
  );
}

/** Only one process at a time looks for sessions that have to end; false: another does. */
export async function lockLooking(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('tollwright.session_cuts')) as locked",
  );
  return rows[0]?.locked ?? false;
}

/** One that was asked for by itself, and came to nothing, is not asked for again for so many seconds. */
const AGAIN_S = 300;
const NOT_ASKED_LATELY = `not exists (select from session_cuts c where c.session_id = s.id
  and c.asked_at > clock_timestamp() - make_interval(secs => ${AGAIN_S}))`;

/**
 * Open sessions that somebody pays for, and that have gone on beyond their grant for `graceS` seconds: by the time
 * since their last report, on the database's clock, and so without regard to the switch's. `reportS`: of the policy,
 * by which a session may be silent beyond its grant.
 */
export async function findBeyondGrant(
  tx: Tx,
  { reportS, graceS, limit }: { readonly reportS: number; readonly graceS: number; readonly limit: number },
): Promise<readonly { readonly id: string; readonly tenantId: string }[]> {
  const { rows } = await tx.query<{ id: string; tenant_id: string }>(
    `select s.id, s.tenant_id from sessions s where s.silent_from <= now() + make_interval(secs => $1)
       and s.expires_at <= now() + make_interval(secs => $1) and s.account_id is not null and ${NOT_ASKED_LATELY}
     order by s.expires_at limit $2`,
    [reportS - graceS, limit],
  );
  return rows.map(({ id, tenant_id: tenantId }) => ({ id, tenantId }));
}

/** An account whose sessions hold more than it has. */
export interface OverheldAccount {
  readonly accountId: string;
  readonly bookId: string;
  readonly tenantId: string;
  readonly code: string;
  /** Its wallet and its credit, or its credit less what it owes. */
  readonly available: Nanos;
}

/**
 * Accounts whose sessions hold more than they have. One statement, so that holds and balances are of one moment: a
 * session's end changes both. A postpaid account without a credit limit is trusted.
 */
export async function findOverheld(tx: Tx, limit: number): Promise<readonly OverheldAccount[]> {
  const { rows } = await tx.query<{
    readonly account_id: string;
    readonly book_id: string;
    readonly tenant_id: string;
    readonly code: string;
    readonly available: string;
  }>(
    `select h.account_id, h.book_id, h.tenant_id, a.code, m.available
     from account_holds h join accounts a on a.id = h.account_id
     cross join lateral (
       select a.credit_limit - coalesce(sum(b.amount), 0) as available from balances b
       where b.book_id = h.book_id and b.account_id = h.account_id and b.currency = a.currency
         and b.kind = any(case a.payment when 'prepaid' then array['wallet'] else array['unbilled', 'receivable'] end)) m
     where h.held > 0 and (a.payment = 'prepaid' or a.credit_limit <> 0) and h.held > m.available
       and a.when_credit_ends is null
     order by h.account_id limit $1`,
    [limit],
  );
  return rows.map((row) => ({
    accountId: row.account_id,
    bookId: row.book_id,
    tenantId: row.tenant_id,
    code: row.code,
    available: nanosFromSql(row.available),
  }));
}

/** Open sessions that hold money of an account. `isAsked`: their end was asked for a short while ago. */
export async function findHolding(
  tx: Tx,
  { accountId, bookId }: Pick<OverheldAccount, "accountId" | "bookId">,
): Promise<
  readonly { readonly id: string; readonly openedAt: EpochMs; readonly held: Nanos; readonly isAsked: boolean }[]
> {
  const { rows } = await tx.query<{ id: string; opened_at: EpochMs; held: string; is_asked: boolean }>(
    `select s.id, s.opened_at, l.amount as held, not (${NOT_ASKED_LATELY}) as is_asked
     from sessions s cross join lateral jsonb_to_recordset(s.levels) as l("accountId" uuid, amount numeric(28,9))
     where s.state = 'open' and s.book_id = $1 and l."accountId" = $2`,
    [bookId, accountId],
  );
  return rows.map((row) => ({
    id: row.id,
    openedAt: row.opened_at,
    held: nanosFromSql(row.held),
    isAsked: row.is_asked,
  }));
}

/** Of these sessions those of which no cut waits or has ended the call. */
export async function findNeverCut(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `select t.id from unnest($1::uuid[]) as t(id) where not exists (
       select from session_cuts c where c.session_id = t.id and c.outcome is distinct from 'failed')`,
    [plainArray(ids)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** The tenant's cuts, the latest first. */
export async function listCuts(tx: Tx, filter: CutFilter): Promise<readonly Cut[]> {
  const { source = null, account = null, reason = null, sessionIds = null, limit } = filter;
  const { rows } = await tx.query<CutRow>(
    `select c.id, c.session_id, s.name as source, c.call_key, a.code as account, c.reason, c.asked_by, c.why,
       c.asked_at, c.tries, c.way, c.what, c.outcome, c.done_at
     from session_cuts c join sources s on s.id = c.source_id left join accounts a on a.id = c.account_id
     where ($1::text is null or s.name = $1) and ($2::text is null or a.code = $2)
       and ($3::text is null or c.reason = $3) and ($4::uuid[] is null or c.session_id = any($4))
     order by c.asked_at desc, c.id desc limit $5`,
    [source, account, reason, sessionIds && plainArray(sessionIds), limit],
  );
  return rows.map((row) => ({
    id: row.id,
    sessionId: row.session_id,
    source: row.source,
    key: row.call_key,
    account: row.account,
    reason: row.reason,
    askedBy: row.asked_by,
    why: row.why,
    askedAt: row.asked_at,
    tries: row.tries,
    way: row.way,
    what: row.what,
    outcome: row.outcome,
    doneAt: row.done_at,
  }));
}

interface CutRow {
  readonly id: string;
  readonly session_id: string;
  readonly source: string;
  readonly call_key: string;
  readonly account: string | null;
  readonly reason: CutReason;
  readonly asked_by: string;
  readonly why: string;
  readonly asked_at: EpochMs;
  readonly tries: number;
  readonly way: string | null;
  readonly what: string | null;
  readonly outcome: CutOutcome["kind"] | null;
  readonly done_at: EpochMs | null;
}
