import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { makeSecretsKey } from "../secrets/secrets-key.ts";
import type { FoundEntry } from "./open-entries.ts";
import type { AuditHead } from "./seal.ts";
import { sealAudit } from "./seal-audit.ts";
import { sealPersonKeys } from "./seal-person-keys.ts";

/** Hears what the sealer does. */
export interface AuditWatch {
  happened(entry: FoundEntry): void;
  sealed(head: AuditHead): void;
  failed(error: unknown): void;
}

const EVERY_MS = 1_000;

/** Seals what is new of the audit, and the keys of people, every second until `signal`. */
export async function watchAudit(
  db: Database,
  watch: AuditWatch,
  { secretsKeyFile, signal }: { readonly secretsKeyFile: string; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await sealOnce(db, watch, secretsKeyFile).catch((error: unknown) => watch.failed(error));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The same once, on demand; answers the heads of the chains that grew. Errors: Problem `secrets-key-unusable`. */
export async function sealOnce(
  db: Database,
  watch: Pick<AuditWatch, "happened" | "sealed">,
  secretsKeyFile: string,
): Promise<readonly AuditHead[]> {
  const key = await makeSecretsKey(secretsKeyFile);
  await sealPersonKeys(db, key);
  const heads = await sealAudit(db, { key, happened: (entry) => watch.happened(entry) });
  for (const head of heads) watch.sealed(head);
  return heads;
}
