import type { AccessRequest } from "../../protocol/radius/access-request.ts";
import { type CredentialVerdict, verifyCredential } from "../../protocol/radius/credential.ts";
import type { SipSecret } from "../../protocol/radius/sip-digest.ts";
import { DIGESTS } from "../radius/digests.ts";
import type { KnownSipUsers, WantedSipUser } from "../sip-users/known-sip-users.ts";
import type { SipUser } from "../sip-users/sip-user.ts";
import type { WrongPasswords } from "../sip-users/wrong-passwords.ts";

/** Who a request is of. */
export type RadiusCaller =
  | { readonly kind: "proven"; readonly user: SipUser }
  /** Nothing proves it: the trunk's address has to do, or a name that the switch answers for. */
  | { readonly kind: "unproven"; readonly claimed: string | null }
  /** There is a proof, and it does not hold. */
  | { readonly kind: "wrong" | "locked-out" }
  | { readonly kind: "unreadable"; readonly why: CredentialVerdict };

/** What is verified for a name that nobody has: it takes as long, and holds for no proof. */
const NOBODYS: SipSecret = { kind: "password", password: "" };

/** Says who Access-Requests are of, by the SIP users of their tenant. */
export class RadiusUsers {
  readonly #users: KnownSipUsers;
  readonly #wrong: WrongPasswords;

  constructor(users: KnownSipUsers, wrong: WrongPasswords) {
    this.#users = users;
    this.#wrong = wrong;
  }

  /** Errors: those of {@link KnownSipUsers.find}, where there is something to prove. */
  async callerOf(tenantId: string, request: AccessRequest, switchAddress: string): Promise<RadiusCaller> {
    const { credential } = request;
    if (credential.kind === "unreadable") return { kind: "unreadable", why: credential.reason };
    const wanted = { tenantId, ...nameOf(request) };
    if (credential.kind === "none") return { kind: "unproven", claimed: await this.#claimed(wanted, request.user) };
    const user = await this.#users.find(wanted);
    const trier = { tenantId, name: nameOf(request).name, callerAddress: request.sourceAddress || null, switchAddress };
    if (!this.#wrong.mayTry(trier)) return { kind: "locked-out" };
    const verdict = verifyCredential(credential, user?.secret ?? NOBODYS, DIGESTS);
    if (verdict === "accepted" && user !== undefined) return { kind: "proven", user };
    if (verdict !== "accepted" && verdict !== "wrong" && verdict !== "password-not-stored")
      return { kind: "unreadable", why: verdict };
    this.#wrong.count(trier);
    return { kind: "wrong" };
  }

  /**
   * A user who is kept here can prove who he is: that a switch names him proves nothing. Nor does it where nobody can
   * say whether he is: the trunk's address has to do.
   */
  async #claimed(wanted: WantedSipUser, user: string): Promise<string | null> {
    const isKept = await this.#users.find(wanted).then(
      (found) => found !== undefined,
      () => true,
    );
    return isKept ? null : user;
  }
}

/** The user and the realm that a request names: a digest by itself, the others by an "@" in the name. */
function nameOf({ credential, user }: AccessRequest): Pick<SipUser, "name" | "realm"> {
  const text = credential.kind === "digest" ? credential.digest.username : user;
  const at = text.lastIndexOf("@");
  const name = at < 0 ? text : text.slice(0, at);
  if (credential.kind === "digest") return { name, realm: credential.digest.realm };
  return { name, realm: at < 0 ? "" : text.slice(at + 1) };
}
