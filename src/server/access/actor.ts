import type { Permission } from "../../core/access/permission.ts";
import type { Scopes } from "../db/tx.ts";

/** Who does something, as it is decided whether they may, and as the audit keeps it. */
export interface Actor {
  readonly kind: "user" | "api-key" | "command-line" | "system";
  /** Of the user or the key; null: of the others. */
  readonly id: string | null;
  /** `user:ada@example.com`, `key:crm`, `cli:root`, `system:dunning`. */
  readonly name: string;
  readonly tenantId: string;
  /** The reseller or customer whose subtree is all that they see; null: the operator's, who see the whole tenant. */
  readonly accountId: string | null;
  readonly permissions: ReadonlySet<Permission>;
  /** The address that the request came from; null: none, as on the command line. */
  readonly address: string | null;
  /** Who acts in this one's name; null: they do themselves. */
  readonly impersonator: { readonly id: string; readonly name: string } | null;
}

/** The rows that somebody's transactions see. */
export const scopeOf = ({ tenantId, accountId }: Pick<Actor, "tenantId" | "accountId">): Scopes["app"] => ({
  tenantId,
  accountId,
});
