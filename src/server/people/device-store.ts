import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";

const DEVICES_MAX = 20;

/** Whether somebody has logged in with this browser before. */
export async function isDeviceKnown(tx: Tx, userId: string, hash: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query("select from known_devices where user_id = $1 and hash = $2", [userId, hash]);
  return rowCount > 0;
}

/** Notes that somebody has logged in with this browser; of many the ones that were used last stay. */
export async function saveDevice(
  tx: Tx,
  { tenantId, accountId, id }: Pick<User, "tenantId" | "accountId" | "id">,
  hash: Buffer,
): Promise<void> {
  await tx.query(
    `insert into known_devices (tenant_id, account_id, user_id, hash) values ($1, $2, $3, $4)
     on conflict (user_id, hash) do update set used_at = clock_timestamp()`,
    [tenantId, accountId, id, hash],
  );
  await tx.query(
    `delete from known_devices where user_id = $1 and hash not in (
       select hash from known_devices where user_id = $1 order by used_at desc limit $2)`,
    [id, DEVICES_MAX],
  );
}

export async function deleteDevices(tx: Tx, userId: string): Promise<void> {
  await tx.query("delete from known_devices where user_id = $1", [userId]);
}
