import type { Actor } from "../../src/server/access/actor.ts";

/** Who does something in a test, where it does not matter who. */
export const TESTER: Omit<Actor, "tenantId"> = {
  ...{ kind: "command-line", id: null, name: "cli:test", accountId: null, address: null, impersonator: null },
  permissions: new Set(),
};

/** The same in a tenant. */
export const testerOf = (tenantId: string): Actor => ({ ...TESTER, tenantId });
