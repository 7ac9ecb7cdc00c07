import type { Actor } from "./actor.ts";

/** What the program does by itself, as the audit names it: "system:retention". It needs no permissions: nobody asked. */
export const systemActor = (name: string, tenantId: string): Actor => ({
  ...{ kind: "system", id: null, name: `system:${name}`, tenantId, accountId: null, address: null, impersonator: null },
  permissions: new Set(),
});

/** A switch or program that proves itself by a source's token: "http:fs-1". */
export const sourceActor = (source: string, tenantId: string): Actor => ({
  ...systemActor("", tenantId),
  name: `http:${source}`,
});
