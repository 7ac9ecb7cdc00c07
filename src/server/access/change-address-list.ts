import { inAddressRanges, rangesFault } from "../../core/tenancy/address-range.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { type Actor, scopeOf } from "./actor.ts";
import { accountOfUser, type ListOwner, readAddresses, saveAddresses, userOfEmail } from "./address-list-store.ts";
import { requireOwnHands } from "./own-hands.ts";
import { addressListInvalid, addressListLocksOut, addressListOwnerUnknown } from "./problems.ts";

/** Whose list: one user's, or, without one, that of all people and keys of the account that the actor acts for. */
export interface ListedWhom {
  readonly userId: string | null;
}

/** The ranges from which somebody may come; none: from anywhere. Errors: Problem `address-list-owner-unknown`. */
export const findAddressList = (db: Database, actor: Actor, whom: ListedWhom): Promise<readonly string[]> =>
  db.transaction("app", scopeOf(actor), async (tx) => await readAddresses(tx, await ownerOf(tx, actor, whom)));

/**
 * Says from which ranges of addresses somebody may come; none: from anywhere. A list that would shut out the address
 * from which it is set is refused.
 *
 * Errors: Problem `address-list-invalid`, `address-list-locks-out`, `address-list-owner-unknown`,
 * `impersonation-refused`.
 */
export async function changeAddressList(
  db: Database,
  actor: Actor,
  whom: ListedWhom,
  addresses: readonly string[],
): Promise<readonly string[]> {
  requireOwnHands(actor);
  const fault = rangesFault(addresses);
  if (fault !== null) throw addressListInvalid({ fault });
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const owner = await ownerOf(tx, actor, whom);
    if (holdsFor(actor, owner) && !inAddressRanges(addresses, actor.address ?? "")) throw addressListLocksOut();
    const before = await readAddresses(tx, owner);
    await saveAddresses(tx, owner, { addresses, changedBy: actor.name });
    await recordAudit(tx, actor, [
      {
        action: "address-list.changed",
        object: {
          kind: owner.userId === null ? "account" : "user",
          id: owner.userId ?? owner.accountId,
          name: "addresses",
        },
        before: { addresses: [...before] },
        after: { addresses: [...addresses] },
        reason: null,
        isSecurity: true,
        accountId: owner.accountId,
      },
    ]);
    return addresses;
  });
}

/** The id of the user of that e-mail address. Errors: Problem `address-list-owner-unknown`. */
export async function findListedUser(db: Database, actor: Actor, email: string): Promise<string> {
  const id = await db.transaction("app", scopeOf(actor), (tx) => userOfEmail(tx, email.toLowerCase()));
  if (id === undefined) throw addressListOwnerUnknown();
  return id;
}

/** Whether the list would be asked when its author comes again; the command line comes from nowhere. */
const holdsFor = (actor: Actor, { userId }: ListOwner): boolean =>
  actor.address !== null && (userId === null || userId === actor.id);

async function ownerOf(tx: Tx, { tenantId, accountId }: Actor, { userId }: ListedWhom): Promise<ListOwner> {
  if (userId === null) return { tenantId, accountId, userId };
  const account = await accountOfUser(tx, userId);
  if (account === undefined) throw addressListOwnerUnknown();
  return { tenantId, accountId: account, userId };
}
