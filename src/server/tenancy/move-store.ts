import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** An account that is closed where it is, and the one that takes its place. */
export interface Succeeded {
  readonly id: string;
  /** Its code, which goes to the successor, and the one that it has from now on. */
  readonly code: string;
  readonly closedCode: string;
  readonly bookId: string;
  readonly successor: { readonly id: string; readonly bookId: string; readonly parentId: string | null };
}

/** What stands in the way of a move of accounts. */
export interface MoveHindrances {
  /** Sessions that are up, or money that they hold. */
  readonly sessions: number;
  /** Charges of calls that were answered at the time of the move or later. */
  readonly chargesAfter: number;
  /** Accounts that are billed beyond that time. */
  readonly billedBeyond: number;
  /** Packages that they have, or share in, at that time. */
  readonly packages: number;
}

/**
 * Locks what sessions hold of accounts, so that none can begin until the move is over, and looks for what is in its
 * way.
 */
export async function findHindrances(
  tx: Tx,
  accounts: readonly Pick<Succeeded, "id" | "bookId">[],
  at: EpochMs,
): Promise<MoveHindrances> {
  const ids = accounts.map(({ id }) => id);
  const books = [...new Set(accounts.map(({ bookId }) => bookId))];
  const { rows: holds } = await tx.query<{ open: boolean }>(
    `select open_sessions > 0 or held > 0 as open from account_holds
     where book_id = any($1::uuid[]) and account_id = any($2::uuid[]) order by book_id, account_id for update`,
    [books, ids],
  );
  const { rows } = await tx.query<{ charges: string; billed: string; packages: string }>(
    `select
       (select count(*) from charges
        where book_id = any($1::uuid[]) and account_id = any($2::uuid[]) and answered_at >= $3) as charges,
       (select count(*) from billing_positions
        where book_id = any($1::uuid[]) and account_id = any($2::uuid[]) and period_end_at > $3) as billed,
       (select count(*) from account_packages
        where (account_id = any($2::uuid[]) or shared_with && $2::uuid[]) and effective_to > $3) as packages`,
    [books, ids, timestampToSql(at)],
  );
  return {
    sessions: holds.filter(({ open }) => open).length,
    chargesAfter: Number(rows[0]?.charges),
    billedBeyond: Number(rows[0]?.billed),
    packages: Number(rows[0]?.packages),
  };
}

/** Closes accounts and opens their successors with everything that they have; parents come before their children. */
export async function succeed(tx: Tx, moved: readonly Succeeded[], at: EpochMs): Promise<void> {
  const ids = moved.map(({ id }) => id);
  const successors = moved.map(({ successor }) => successor);
  const successorIds = successors.map(({ id }) => id);
  await tx.query(
    `update accounts a set code = t.closed_code, closed_at = now()
     from unnest($1::uuid[], $2::text[]) as t(id, closed_code) where a.id = t.id`,
    [ids, moved.map(({ closedCode }) => closedCode)],
  );
  // Every column of the account as it is, so that one that is added later comes along.
  await tx.query(
    `insert into accounts select successor.*
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[])
       as t(id, successor_id, book_id, parent_id, code)
     join accounts a on a.id = t.id
     cross join lateral jsonb_populate_record(a, jsonb_build_object(
       'id', t.successor_id, 'book_id', t.book_id, 'parent_id', t.parent_id, 'code', t.code, 'created_at', now(),
       'predecessor_id', a.id, 'since_at', $6::timestamptz, 'closed_at', null,
       'customer_since', coalesce(a.customer_since, (a.created_at at time zone a.time_zone)::date)
     )) successor`,
    [
      ids,
      successorIds,
      successors.map(({ bookId }) => bookId),
      successors.map(({ parentId }) => parentId),
      moved.map(({ code }) => code),
      timestampToSql(at),
    ],
  );
  await tx.query(
    `insert into account_tariffs (tenant_id, account_id, service, effective_from, tariff_id)
     select b.tenant_id, t.successor_id, b.service, b.effective_from, b.tariff_id
     from unnest($1::uuid[], $2::uuid[]) as t(id, successor_id) join account_tariffs b on b.account_id = t.id`,
    [ids, successorIds],
  );
  for (const table of FOLLOWING_TABLES)
    await tx.query(
      `update ${table} f set account_id = t.successor_id
       from unnest($1::uuid[], $2::uuid[]) as t(id, successor_id) where f.account_id = t.id`,
      [ids, successorIds],
    );
}

/**
 * What goes with an account to its new place: how its calls are known, who acts for it, and what it has set. Everything
 * else of it is history, and stays with the account that is closed.
 */
export const FOLLOWING_TABLES = [
  "account_rules",
  "address_lists",
  "api_keys",
  "known_devices",
  "roles",
  "sip_users",
  "tariffs",
  "trunks",
  "user_authenticators",
  "user_passwords",
  "user_recovery_codes",
  "user_second_factors",
  "user_sessions",
  "user_tokens",
  "users",
  "webauthn_challenges",
  "webhooks",
] as const;
