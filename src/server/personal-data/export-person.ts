import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Actor } from "../access/actor.ts";
import { scopeOf } from "../access/actor.ts";
import { eachAuditEntry } from "../audit/find-audit.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import { replaceFile } from "../files/replace-file.ts";
import { readSecretsKey } from "../secrets/secrets-key.ts";
import { findPerson, type Person } from "./find-person.ts";
import { rowsOf, tablesOf } from "./person-store.ts";

export interface ExportedPerson {
  /** Rows by table; `audit`: entries about the person or of what they did. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Writes everything that is held of a person to a file, as one JSON document: the rows of every table as they stand,
 * calls included and secrets left out, and the entries of the audit. Millions of rows take no more memory than ten.
 * That somebody did it is written down.
 *
 * Errors: Problem `person-unknown`, `export-not-written`, `secrets-key-unusable`.
 */
export async function exportPerson(
  db: Database,
  wanted: {
    readonly person: string;
    readonly path: string;
    readonly secretsKeyFile: string;
    readonly now: Temporal.Instant;
  },
  actor: Actor,
): Promise<ExportedPerson> {
  const { tenantId } = actor;
  const person = await db.transaction("owner", {}, (tx) => findPerson(tx, tenantId, wanted.person));
  const rows: Record<string, number> = {};
  const text = documentOf(db, { ...wanted, person, actor, rows });
  await replaceFile(wanted.path, (part) => pipeline(text, createWriteStream(part)));
  const object = { kind: person.kind, id: person.id, name: person.name };
  await db.transaction("app", { tenantId }, (tx) =>
    recordAudit(tx, actor, [
      {
        ...{ action: "person.exported", object, before: null, after: rows, reason: null, isSecurity: true },
        ...(person.kind === "account" && { accountId: person.id }),
      },
    ]),
  );
  return { rows };
}

interface Document {
  readonly person: Person;
  readonly actor: Actor;
  readonly secretsKeyFile: string;
  readonly now: Temporal.Instant;
  /** Filled as the text is made. */
  readonly rows: Record<string, number>;
}

async function* documentOf(db: Database, document: Document): AsyncGenerator<string> {
  const { person, actor, now, rows } = document;
  const { kind, id, name } = person;
  yield `{"person":${JSON.stringify({ kind, id, name })},"exportedAt":"${now}","held":{`;
  yield* tablesText(db, person, rows);
  yield '},"audit":[';
  const door = { db, key: await readSecretsKey(document.secretsKeyFile) };
  let count = 0;
  const filters = kind === "user" ? [{ actor: id }, { kind: "user", object: id }] : [{ kind: "account", object: id }];
  for (const filter of filters)
    for await (const entry of eachAuditEntry(db, scopeOf(actor), { filter, door })) {
      if ("kind" in filter && entry.actor.id === id) continue; // among what they did
      yield `${count === 0 ? "" : ",\n"}${JSON.stringify(entry)}`;
      count += 1;
    }
  rows.audit = count;
  yield "]}\n";
}

/**
 * All tables at one moment. A generator can't stand in a transaction's call, so the rows come through a queue of one.
 */
async function* tablesText(db: Database, person: Person, rows: Record<string, number>): AsyncGenerator<string> {
  const { readable, writable } = new TransformStream<string, string>();
  const writer = writable.getWriter();
  const writing = db
    .bulk("owner", {}, async (tx) => {
      await steadySnapshot(tx);
      for (const [index, held] of tablesOf(person.kind).entries()) {
        let count = 0;
        await writer.write(`${index === 0 ? "" : ","}\n${JSON.stringify(held.table)}:[`);
        for await (const row of rowsOf(tx, held, person)) {
          await writer.write(`${count === 0 ? "" : ",\n"}${row}`);
          count += 1;
        }
        await writer.write("]");
        rows[held.table] = count;
      }
    })
    .then(
      () => writer.close(),
      (error: unknown) => writer.abort(error),
    );
  yield* readable;
  await writing;
}
