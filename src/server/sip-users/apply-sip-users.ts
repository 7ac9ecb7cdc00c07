import { isDeepStrictEqual } from "node:util";
import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import { Problem } from "../../core/problem.ts";
import type { SipSecret } from "../../protocol/radius/sip-digest.ts";
import { readSecret } from "../pulls/secret.ts";
import { makeSecretsKey, readSecretsKey, type SecretsKey } from "../secrets/secrets-key.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { AccountSetup, SipUserSetup } from "../tenancy/setup-schema.ts";
import { mayWrite, noteChange, type SetupWork } from "../tenancy/setup-work.ts";
import { openSipUser, sealSipUser } from "./sealed-sip-user.ts";
import { type KnownSipUser, shownSipUser, sipUserFault } from "./sip-user.ts";
import { findSipUser, saveSipUser } from "./sip-user-store.ts";

/** A user of the file, with his account and place in it. */
interface Place {
  readonly setup: SipUserSetup;
  readonly account: StoredAccount;
  readonly pointer: string;
}

/**
 * Makes the SIP users of a setup and gives those who are there the secrets that it names; the others stay. Errors:
 * Problem `secrets-key-unusable`; everything else is a fault of the file, and no message shows a secret.
 */
export async function applySipUsers(
  work: SetupWork,
  setups: readonly AccountSetup[],
  args: { readonly accounts: ReadonlyMap<string, StoredAccount>; readonly secretsKeyFile: string | undefined },
): Promise<void> {
  const places = setups.flatMap(({ code, sipUsers = [] }, index) => {
    const account = args.accounts.get(code);
    if (account === undefined) return []; // a fault of its own
    return sipUsers.map((setup, at): Place => ({ setup, account, pointer: `/accounts/${index}/sipUsers/${at}` }));
  });
  if (places.length === 0) return;
  invariant(args.secretsKeyFile, "who applies a setup with SIP users says where the key stands");
  const key = await (mayWrite(work) ? makeSecretsKey : readSecretsKey)(args.secretsKeyFile);
  const seen = new Set<string>();
  for (const place of places) {
    const name = shownSipUser({ name: place.setup.user, realm: place.setup.realm ?? "" });
    if (seen.has(name)) work.faults.add(place.pointer, `The file has ${name} before.`, "Give each user once.");
    else await applyOne(work, place, key);
    seen.add(name);
  }
}

async function applyOne(work: SetupWork, place: Place, key: SecretsKey | undefined): Promise<void> {
  const { setup, account, pointer } = place;
  const { tx, tenantId, faults, author } = work;
  const named = { name: setup.user, realm: setup.realm ?? "" };
  const stored = await findSipUser(tx, { tenantId, ...named });
  if (stored !== undefined && stored.user.accountId !== account.id) {
    faults.add(pointer, `The user is account "${stored.account}"'s.`, "Remove him there first, or name another.");
    return;
  }
  const present = stored && key && openOrNone(() => openSipUser(stored.user, key));
  const secret = await wantedSecret(work, place, present?.secret);
  if (secret === undefined) return;
  const fault = sipUserFault({ ...named, secret });
  if (fault !== null) {
    faults.add(pointer, fault, "docs/guides/sip-users.md says what names, realms and passwords may be.");
    return;
  }
  const user: KnownSipUser = { id: stored?.user.id ?? uuidv7(), tenantId, accountId: account.id, ...named, secret };
  const before = stored && { secret: isDeepStrictEqual(present?.secret, secret) };
  if (!noteChange(work, { kind: "sip-user", name: shownSipUser(named) }, before, { secret: true })) return;
  invariant(key, "there is a key where something is written");
  await saveSipUser(tx, sealSipUser(user, key), author);
}

/** What is sealed under a key that is lost is given a new secret. */
function openOrNone(open: () => KnownSipUser): KnownSipUser | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

async function wantedSecret(
  { faults }: SetupWork,
  { setup, pointer }: Place,
  present: SipSecret | undefined,
): Promise<SipSecret | undefined> {
  const { user, passwordFrom, ha1From } = setup;
  const from = passwordFrom ?? ha1From;
  if (from === undefined || (passwordFrom !== undefined && ha1From !== undefined)) {
    if (from === undefined && present !== undefined) return present;
    faults.add(pointer, "A new user has one of passwordFrom and ha1From.", "Say where his secret stands.");
    return undefined;
  }
  try {
    const text = await readSecret(`${passwordFrom === undefined ? "HA1" : "password"} of SIP user ${user}`, from);
    return passwordFrom === undefined ? { kind: "ha1", ha1: text } : { kind: "password", password: text };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    faults.add(pointer, error.what, error.fix);
    return undefined;
  }
}
