import { Problem } from "../../core/problem.ts";
import type { Database } from "../db/database.ts";
import { secretsKeyUnusable } from "./problems.ts";
import { SEALED_COLUMNS, type SealedColumn } from "./sealed-columns.ts";
import { openSecret, sealSecret } from "./sealed-secret.ts";
import { countByKey, saveSealed, sealedOtherwise } from "./sealed-store.ts";
import { addSecretsKey, forgetSecretsKeys, makeSecretsKey, readSecretsKey, type SecretsKey } from "./secrets-key.ts";

/** Which keys there are, and what is sealed under them. */
export interface SecretsStatus {
  readonly keys: readonly {
    readonly id: string;
    /**
     * `current`: everything new is sealed under it. `missing`: the file does not have it, and its secrets open never.
     */
    readonly state: "current" | "older" | "missing";
    readonly secrets: number;
    /** By table. */
    readonly tables: Readonly<Record<string, number>>;
  }[];
}

/** Counts secrets by their keys. Errors: Problem `secrets-key-unusable`. */
export async function findSecretsStatus(db: Database, path: string): Promise<SecretsStatus> {
  const key = await readSecretsKey(path);
  const used = await db.bulk("owner", {}, async (tx) => {
    const counts: (readonly [string, string, number])[] = [];
    for (const column of SEALED_COLUMNS)
      for (const [id, count] of await countByKey(tx, column)) counts.push([id, column.table, count]);
    return Map.groupBy(counts, ([id]) => id);
  });
  const present = key === undefined ? [] : [key, ...(key.older ?? [])].map(({ id }) => id);
  const ids = [...new Set([...present, ...used.keys()])];
  return {
    keys: ids.map((id) => {
      const counts = used.get(id) ?? [];
      const state = !present.includes(id) ? "missing" : id === key?.id ? "current" : "older";
      const tables = Object.fromEntries(counts.map(([, table, count]) => [table, count]));
      return { id, state, secrets: counts.reduce((sum, [, , count]) => sum + count, 0), tables };
    }),
  };
}

export interface Rotation {
  /** Under which everything is sealed now. */
  readonly keyId: string;
  /** False: an earlier run had made the key already, and this one went on with it. */
  readonly isNew: boolean;
  readonly resealed: number;
  /** Secrets that no key of the file opens; they stay as they are. */
  readonly unreadable: readonly string[];
}

/** Secrets of one transaction. */
const SECRETS_MAX = 500;

/**
 * Makes a new key and seals every secret under it, some in a transaction, while the work goes on: the file has the keys
 * before it until {@link forgetUnusedKeys}, so that processes that run open what is sealed under either. Broken off, it
 * goes on with the key that it had made. A process that has read the file before may seal under the older key for as
 * long as it runs.
 *
 * Errors: Problem `secrets-key-unusable`.
 */
export async function rotateSecrets(
  db: Database,
  path: string,
  onProgress: (resealed: number) => void = () => undefined,
): Promise<Rotation> {
  const before = await makeSecretsKey(path);
  const { keys } = await findSecretsStatus(db, path);
  const isBroken = keys.some(({ state, secrets }) => state === "older" && secrets > 0);
  const key = isBroken ? before : await addSecretsKey(path);
  const unreadable: string[] = [];
  let resealed = 0;
  for (const column of SEALED_COLUMNS) {
    let after: readonly string[] | null = null;
    do {
      const page: Page = await resealPage(db, column, { key, after });
      resealed += page.resealed;
      unreadable.push(...page.unreadable);
      after = page.last;
      onProgress(resealed);
    } while (after !== null);
  }
  return { keyId: key.id, isNew: !isBroken, resealed, unreadable };
}

interface Page {
  readonly resealed: number;
  readonly unreadable: readonly string[];
  /** null: there are no more. */
  readonly last: readonly string[] | null;
}

const resealPage = (
  db: Database,
  column: SealedColumn,
  { key, after }: { readonly key: SecretsKey; readonly after: readonly string[] | null },
): Promise<Page> =>
  db.bulk("owner", {}, async (tx) => {
    const rows = await sealedOtherwise(tx, column, { keyId: key.id, after, limit: SECRETS_MAX });
    const unreadable: string[] = [];
    for (const { row, secret } of rows) {
      const boundTo = column.boundTo(row);
      const name = `${column.what} (${column.key.map((part) => row[part]).join(", ")})`;
      try {
        const text = openSecret(key, secret, { boundTo, what: name });
        await saveSealed(tx, column, row, sealSecret(key, text, boundTo));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        unreadable.push(error.what);
      }
    }
    const last = rows.length < SECRETS_MAX ? undefined : rows.at(-1)?.row;
    return {
      resealed: rows.length - unreadable.length,
      unreadable,
      last: last === undefined ? null : column.key.map((part) => last[part] ?? ""),
    };
  });

/**
 * Takes the keys that nothing is sealed under any more out of the file; answers which. For when every process that had
 * read the file before the last rotation has ended. Errors: Problem `secrets-key-unusable`.
 */
export async function forgetUnusedKeys(
  db: Database,
  path: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly string[]> {
  if ((await readSecretsKey(path)) === undefined) throw secretsKeyUnusable({ path, reason: "it is not there" });
  const { keys } = await findSecretsStatus(db, path);
  const ids = keys.filter(({ state, secrets }) => state === "older" && secrets === 0).map(({ id }) => id);
  if (!dryRun && ids.length > 0) await forgetSecretsKeys(path, new Set(ids));
  return ids;
}
