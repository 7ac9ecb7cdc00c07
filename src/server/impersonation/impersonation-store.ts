import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { Impersonation } from "./impersonation.ts";

interface Row {
  readonly id: string;
  readonly account_id: string;
  readonly code: string;
  readonly user_id: string | null;
  readonly by_id: string;
  readonly by_name: string;
  readonly reason: string;
  readonly began_at: EpochMs;
  readonly expires_at: EpochMs;
  readonly ended_at: EpochMs | null;
}

const COLUMNS =
  "i.id, i.account_id, a.code, i.user_id, i.by_id, i.by_name, i.reason, i.began_at, i.expires_at, i.ended_at";
const FROM = "impersonations i join accounts a on a.id = i.account_id";
const IS_ON = "i.ended_at is null and i.expires_at > clock_timestamp()";

const impersonationOf = (row: Row): Impersonation => ({
  ...{ id: row.id, accountId: row.account_id, accountCode: row.code, userId: row.user_id },
  ...{ byId: row.by_id, byName: row.by_name, reason: row.reason },
  ...{ beganAt: row.began_at, expiresAt: row.expires_at, endedAt: row.ended_at },
});

/** The code of an account that the transaction sees. */
export async function codeOfAccount(tx: Tx, id: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ code: string }>("select code from accounts where id = $1", [id]);
  return rows[0]?.code;
}

/** What a new one consists of; `minutes` from now on. */
export interface NewImpersonation
  extends Pick<Impersonation, "id" | "accountId" | "userId" | "byId" | "byName" | "reason"> {
  readonly tenantId: string;
  readonly minutes: number;
}

export async function insertImpersonation(tx: Tx, one: NewImpersonation): Promise<void> {
  await tx.query(
    `insert into impersonations (tenant_id, id, account_id, user_id, by_id, by_name, reason, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(mins => $8))`,
    [one.tenantId, one.id, one.accountId, one.userId, one.byId, one.byName, one.reason, one.minutes],
  );
}

/** The impersonation of that id, over or not. */
export async function readImpersonation(tx: Tx, id: string): Promise<Impersonation | undefined> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from ${FROM} where i.id = $1`, [id]);
  return rows[0] && impersonationOf(rows[0]);
}

/** One that is on, of the person of `byId`, of an account that the transaction sees. */
export async function findOwn(tx: Tx, id: string, byId: string): Promise<Impersonation | undefined> {
  const { rows } = await tx.prepared<Row>(
    "find-own-impersonation",
    `select ${COLUMNS} from ${FROM} where i.id = $1 and i.by_id = $2 and ${IS_ON}`,
    [id, byId],
  );
  return rows[0] && impersonationOf(rows[0]);
}

/** Impersonations that the transaction sees, the newest first; `after`: older than the one of this id. */
export async function listImpersonations(
  tx: Tx,
  tenantId: string,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly Impersonation[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from ${FROM} where i.tenant_id = $1 and ($2::uuid is null or i.id < $2) order by i.id desc limit $3`,
    [tenantId, after ?? null, limit],
  );
  return rows.map(impersonationOf);
}

/** Ends one; false: it was over. */
export async function setEnded(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update impersonations i set ended_at = clock_timestamp() where i.id = $1 and ${IS_ON}`,
    [id],
  );
  return rowCount > 0;
}
