import { uuidv7 } from "../../clock.ts";
import type { SipSecret } from "../../protocol/radius/sip-digest.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { makeSecretsKey, type SecretsKey } from "../secrets/secrets-key.ts";
import { findAccounts } from "../tenancy/find-account.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { accountUnknown } from "../tenancy/problems.ts";
import { sipUserInvalid, sipUserTaken } from "./problems.ts";
import { sealSipUser } from "./sealed-sip-user.ts";
import { shownSipUser, sipUserFault } from "./sip-user.ts";
import { findSipUser, saveSipUser } from "./sip-user-store.ts";

export interface SipUserSecret {
  readonly tenantId: string;
  readonly accountCode: string;
  readonly name: string;
  readonly realm: string;
  readonly secret: SipSecret;
  readonly actor: Actor;
}

/**
 * Makes users of accounts, or gives those who are there a new secret: all or none. Answers which were there.
 *
 * Errors: Problem `sip-user-invalid`, `sip-user-taken`, `account-unknown`, `secrets-key-unusable`.
 */
export async function setSipUsers(
  db: Database,
  users: readonly SipUserSecret[],
  secretsKeyFile: string,
): Promise<readonly boolean[]> {
  for (const user of users) {
    const fault = sipUserFault(user);
    if (fault !== null) throw sipUserInvalid({ fault: `${shownSipUser(user)}: ${fault}` });
  }
  const [first] = users;
  if (first === undefined) return [];
  const key = await makeSecretsKey(secretsKeyFile);
  return await db.transaction("app", { tenantId: first.tenantId }, async (tx) => {
    const accounts = new Map((await findAccounts(tx, first.tenantId)).map((account) => [account.code, account]));
    const present: boolean[] = [];
    for (const user of users) {
      const account = accounts.get(user.accountCode);
      if (account === undefined) throw accountUnknown({ code: user.accountCode });
      present.push(await setOne(tx, user, { account, key }));
    }
    return present;
  });
}

async function setOne(
  tx: Tx,
  wanted: SipUserSecret,
  { account, key }: { readonly account: StoredAccount; readonly key: SecretsKey },
): Promise<boolean> {
  const { tenantId, name, realm, secret, actor } = wanted;
  const present = await findSipUser(tx, { tenantId, name, realm });
  if (present !== undefined && present.user.accountId !== account.id)
    throw sipUserTaken({ user: shownSipUser(wanted), account: present.account });
  const user = { id: present?.user.id ?? uuidv7(), tenantId, accountId: account.id, name, realm };
  await saveSipUser(tx, sealSipUser({ ...user, secret }, key), actor.name);
  await recordAudit(tx, actor, [
    {
      action: present === undefined ? "sip-user.created" : "sip-user.password-changed",
      object: { kind: "sip-user", id: user.id, name: shownSipUser(wanted) },
      before: null,
      after: { account: account.code, secretKind: secret.kind },
      reason: null,
      isSecurity: true,
      accountId: account.id,
    },
  ]);
  return present !== undefined;
}
