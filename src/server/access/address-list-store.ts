import type { Tx } from "../db/tx.ts";

/** Whose list it is: a user's, or that of an account's people and keys; both null: of the operator's. */
export interface ListOwner {
  readonly tenantId: string;
  readonly accountId: string | null;
  readonly userId: string | null;
}

/** The ranges of an owner; none: there is no list. */
export async function readAddresses(tx: Tx, { tenantId, accountId, userId }: ListOwner): Promise<readonly string[]> {
  const { rows } = await tx.query<{ addresses: readonly string[] }>(
    `select addresses from address_lists where tenant_id = $1 and account_id is not distinct from $2
       and user_id is not distinct from $3`,
    [tenantId, accountId, userId],
  );
  return rows[0]?.addresses ?? [];
}

/** Every list of an owner whose lists those of `userId` and of the whole account are. */
export async function readAddressLists(
  tx: Tx,
  { tenantId, accountId, userId }: ListOwner,
): Promise<readonly (readonly string[])[]> {
  const { rows } = await tx.prepared<{ addresses: readonly string[] }>(
    "read-address-lists",
    `select addresses from address_lists where tenant_id = $1 and account_id is not distinct from $2
       and (user_id is null or user_id = $3)`,
    [tenantId, accountId, userId],
  );
  return rows.map(({ addresses }) => addresses);
}

/** Gives an owner a list, or takes it away when it is empty. */
export async function saveAddresses(
  tx: Tx,
  { tenantId, accountId, userId }: ListOwner,
  { addresses, changedBy }: { readonly addresses: readonly string[]; readonly changedBy: string },
): Promise<void> {
  if (addresses.length === 0) {
    await tx.query(
      `delete from address_lists where tenant_id = $1 and account_id is not distinct from $2
         and user_id is not distinct from $3`,
      [tenantId, accountId, userId],
    );
    return;
  }
  await tx.query(
    `insert into address_lists (tenant_id, account_id, user_id, addresses, changed_by) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, account_id, user_id) do update set addresses = excluded.addresses,
       changed_by = excluded.changed_by, changed_at = clock_timestamp()`,
    [tenantId, accountId, userId, addresses, changedBy],
  );
}

/** Of which account a user is; undefined: the transaction sees no such user. */
export async function accountOfUser(tx: Tx, userId: string): Promise<string | null | undefined> {
  const { rows } = await tx.query<{ account_id: string | null }>("select account_id from users where id = $1", [
    userId,
  ]);
  return rows[0]?.account_id;
}

/** The id of a user that the transaction sees. */
export async function userOfEmail(tx: Tx, email: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>("select id from users where email = $1", [email]);
  return rows[0]?.id;
}
