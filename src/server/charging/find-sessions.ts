import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { Database } from "../db/database.ts";
import type { CallAttempt } from "./charging-request.ts";

/** An open session as people see it. */
export interface OpenSession {
  readonly id: string;
  readonly sourceId: string;
  readonly source: string;
  readonly key: string;
  readonly attempt: CallAttempt;
  readonly calling: string;
  readonly called: string;
  readonly trunk: string | null;
  /** The account that pays; null: an emergency call of nobody known. */
  readonly account: string | null;
  readonly openedAt: EpochMs;
  readonly answeredAt: EpochMs | null;
  readonly service: Service;
  /** Seconds of talk time, or units of another service: reported so far, and granted. */
  readonly usedS: number;
  readonly grantedS: number;
  /** Held of the paying account's money. */
  readonly held: Nanos;
  readonly currency: Currency | null;
  /** When it is given up if nothing more is heard. */
  readonly expiresAt: EpochMs;
  /** Since when it is to end at its switch; null: nobody wants that. */
  readonly cutAt: EpochMs | null;
}

/** Which open sessions; what is left out does not matter. */
export interface SessionFilter {
  readonly tenantId: string;
  readonly source?: string | undefined;
  readonly account?: string | undefined;
  /** First digits of the called number, as the switch wrote it. */
  readonly called?: string | undefined;
  readonly trunk?: string | undefined;
  /** Ids, or switches' keys; none: any. */
  readonly sessions?: readonly string[] | undefined;
  readonly limit: number;
}

interface SessionRow {
  readonly id: string;
  readonly source_id: string;
  readonly source: string;
  readonly attempt: CallAttempt;
  readonly account: string | null;
  readonly opened_at: EpochMs;
  readonly answered_at: EpochMs | null;
  readonly used_s: string;
  readonly granted_s: string;
  readonly held: string;
  readonly currency: string | null;
  readonly expires_at: EpochMs;
  readonly cut_at: EpochMs | null;
}

/** Open sessions, the longest first. */
export async function findOpenSessions(db: Database, filter: SessionFilter): Promise<readonly OpenSession[]> {
  const { tenantId, source = null, account = null, called = null, trunk = null, sessions = [], limit } = filter;
  const { rows } = await db.transaction("app", { tenantId }, (tx) =>
    tx.query<SessionRow>(
      `select e.id, e.source_id, s.name as source, e.attempt, a.code as account, e.opened_at, e.answered_at, e.used_s,
         e.granted_s,
         coalesce((e.levels -> 0 ->> 'amount')::numeric, 0)::text as held, a.currency, e.expires_at,
         e.cut_at
       from sessions e join sources s on s.id = e.source_id left join accounts a on a.id = e.account_id
       where e.state = 'open' and ($1::text is null or s.name = $1) and ($2::text is null or a.code = $2)
         and ($3::text is null or starts_with(e.attempt ->> 'called', $3))
         and ($4::text is null or e.attempt ->> 'ingressTrunk' = $4 or e.attempt ->> 'egressTrunk' = $4)
         and ($6::text[] = '{}' or e.id::text = any($6) or e.attempt ->> 'key' = any($6))
       order by e.opened_at, e.id limit $5`,
      [source, account, called, trunk, limit, sessions],
    ),
  );
  return rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    source: row.source,
    key: row.attempt.key,
    attempt: row.attempt,
    service: row.attempt.consumed?.service ?? "voice",
    calling: row.attempt.calling,
    called: row.attempt.called,
    trunk: row.attempt.ingressTrunk ?? row.attempt.egressTrunk,
    account: row.account,
    openedAt: row.opened_at,
    answeredAt: row.answered_at,
    usedS: Number(row.used_s),
    grantedS: Number(row.granted_s),
    held: nanosFromSql(row.held),
    currency: row.currency as Currency | null,
    expiresAt: row.expires_at,
    cutAt: row.cut_at,
  }));
}
