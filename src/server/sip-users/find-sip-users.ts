import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { sipUserUnknown } from "./problems.ts";
import { shownSipUser } from "./sip-user.ts";
import {
  deleteSipUser,
  findSipUser,
  type ListedSipUser,
  listSipUsers,
  type SipUserFilter,
  type WantedSipUser,
} from "./sip-user-store.ts";

export type { ListedSipUser };

/** Users of a tenant by account and name; nothing of their secrets but their kind. */
export const findSipUsers = (db: Database, filter: SipUserFilter): Promise<readonly ListedSipUser[]> =>
  db.transaction("app", { tenantId: filter.tenantId }, (tx) => listSipUsers(tx, filter));

/** Removes a user; calls that he has made stay his account's. Errors: Problem `sip-user-unknown`. */
export async function removeSipUser(db: Database, user: WantedSipUser, actor: Actor): Promise<void> {
  const isRemoved = await db.transaction("app", { tenantId: user.tenantId }, async (tx) => {
    const present = await findSipUser(tx, user);
    if (present === undefined || !(await deleteSipUser(tx, user))) return false;
    const { id, accountId } = present.user;
    await recordAudit(tx, actor, [
      {
        action: "sip-user.removed",
        object: { kind: "sip-user", id, name: shownSipUser(user) },
        before: { account: present.account },
        after: null,
        reason: null,
        isSecurity: true,
        accountId,
      },
    ]);
    return true;
  });
  if (!isRemoved) throw sipUserUnknown({ user: shownSipUser(user) });
}
