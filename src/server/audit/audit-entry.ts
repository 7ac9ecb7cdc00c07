import type { Json } from "../../core/canonical-json.ts";

/** What somebody did, as the audit takes it. */
export interface AuditEntry {
  /** `<object>.<what happened>`: "user.invited". */
  readonly action: string;
  /** What it was done to: "account", its id (null: it has none), its code or name. */
  readonly object: { readonly kind: string; readonly id: string | null; readonly name: string };
  /** What changed, before and after, and only that; null: there was, or is, nothing. Never a secret. */
  readonly before: Json | null;
  readonly after: Json | null;
  /** As whoever did it said. */
  readonly reason: string | null;
  /** Also belongs into the log of security events: log-ins, keys, roles, blocked addresses. */
  readonly isSecurity?: boolean;
  /**
   * Whose subtree it is about, for those who see only theirs; when left out, the object itself if it is an account,
   * and else the account that the actor is bound to.
   */
  readonly accountId?: string | null;
}
