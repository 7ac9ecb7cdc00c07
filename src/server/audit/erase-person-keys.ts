import type { Tx } from "../db/tx.ts";
import { eraseKeys } from "./person-key-store.ts";

/**
 * Takes a person's keys away: what stands of them in the audit opens never again, and nothing more of them is written.
 */
export const erasePersonKeys = (
  tx: Tx,
  { tenantId, kind, id }: { readonly tenantId: string; readonly kind: "user" | "account"; readonly id: string },
): Promise<void> => eraseKeys(tx, tenantId, `${kind}:${id}`);
