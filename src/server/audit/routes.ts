import { Readable } from "node:stream";
import { type TObject, Type } from "typebox";
import type { Json } from "../../core/canonical-json.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { scopeOf } from "../access/actor.ts";
import { type ApiRoute, apiRoute, fileAnswer, Reply } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { cursorInvalid } from "../api/problems.ts";
import { closed, code, count, id, instant, orNull, text } from "../api/schemas.ts";
import type { Database } from "../db/database.ts";
import { readSecretsKey } from "../secrets/secrets-key.ts";
import { AUDIT_FORMATS, auditText } from "./export-audit.ts";
import { type AuditFilter, eachAuditEntry, findAudit, findAuditEntry, type PersonalDoor } from "./find-audit.ts";
import type { FoundEntry } from "./open-entries.ts";

const TAG = "Audit";
const ORDER = "audit";
const NAME_CHARS_MAX = 300;

const Filter = {
  actor: Type.Optional(text(NAME_CHARS_MAX, "a name such as cli:root, or the id of a user or key")),
  action: Type.Optional(text(100, "rates.published, or all of rates")),
  kind: Type.Optional(code("of the object: account")),
  object: Type.Optional(text(NAME_CHARS_MAX, "its id or name")),
  since: Type.Optional(instant("only what was done then or later")),
  until: Type.Optional(instant("only what was done before then")),
  security: Type.Optional(Type.Boolean({ description: "true: security events alone; false: everything else" })),
};

const Values = orNull(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown()), "what differs, by field");
const Named = (description: string): TObject =>
  Type.Object(
    { kind: text(100), id: orNull(text(NAME_CHARS_MAX)), name: Type.String({ maxLength: 1_000 }) },
    { ...closed, description },
  );

const Entry = Type.Object(
  {
    id: id(),
    sequence: orNull(count(), "its place in the chain; null: not sealed yet"),
    happenedAt: instant(),
    actor: Named("who did it"),
    address: orNull(text(100), "from where"),
    impersonator: orNull(
      Type.Object({ id: text(NAME_CHARS_MAX), name: text(NAME_CHARS_MAX) }, closed),
      "who acted in the name of the actor",
    ),
    action: text(100),
    object: Named("what it was done to"),
    accountId: orNull(id(), "whose subtree it is about; null: the operator's own"),
    before: Values,
    after: Values,
    reason: orNull(Type.String({ maxLength: 10_000 })),
    isSecurity: Type.Boolean(),
  },
  closed,
);

/** Who did what: listed, shown and taken away. Who acts for an account sees what is about its subtree. */
export function auditRoutes(db: Database, secretsKeyFile: string): readonly ApiRoute[] {
  const door = async (): Promise<PersonalDoor> => ({ db, key: await readSecretsKey(secretsKeyFile) });
  return [list(db, door), exported(db, door), show(db, door)];
}

type Door = () => Promise<PersonalDoor>;

const list = (db: Database, door: Door): ApiRoute =>
  apiRoute({
    ...{ method: "GET", url: "/v1/audit/entries", operation: "listAuditEntries", tag: TAG },
    summary: "List who did what, the latest first",
    admits: "audit:read",
    query: Type.Object({ ...PageQuery, ...Filter }, closed),
    answer: listOf(Entry),
    problems: ["cursor-invalid"],
    async handle({ actor, query }) {
      const [happened, last] = keyAfter(query, ORDER, 2) ?? [];
      if (happened !== undefined && !(PLACE.test(happened) && UUID.test(last ?? ""))) throw cursorInvalid();
      const after = happened === undefined ? null : { happened, id: last ?? "" };
      const page = { filter: filterOf(query), after, limit: rowsOf(query), door: await door() };
      const rows = await findAudit(db, scopeOf(actor), page);
      return pageOf(query, rows, { order: ORDER, keyOf: (row) => [row.happenedAt, row.id], shown: entryJson });
    },
  });

const show = (db: Database, door: Door): ApiRoute =>
  apiRoute({
    ...{ method: "GET", url: "/v1/audit/entries/{entry}", operation: "getAuditEntry", tag: TAG },
    summary: "Show an entry of the audit",
    admits: "audit:read",
    params: Type.Object({ entry: id() }, closed),
    answer: Entry,
    problems: ["audit-entry-unknown"],
    handle: async ({ actor, params }) =>
      entryJson(await findAuditEntry(db, scopeOf(actor), { name: params.entry, door: await door() })),
  });

const exported = (db: Database, door: Door): ApiRoute =>
  apiRoute({
    ...{ method: "GET", url: "/v1/audit/export", operation: "exportAudit", tag: TAG },
    summary: "Export the audit",
    about: "The latest first, as many entries as there are, as they are read.",
    admits: "audit:read",
    query: Type.Object({ ...Filter, format: Type.Optional(Type.Enum([...AUDIT_FORMATS])) }, closed),
    answer: fileAnswer("text/csv", "application/x-ndjson"),
    async handle({ actor, query }) {
      const { format = "csv", ...asked } = query;
      const entries = eachAuditEntry(db, scopeOf(actor), { filter: filterOf(asked), door: await door() });
      return new Reply(Readable.from(auditText(format, entries), { objectMode: false }), {
        "content-type": format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson",
        "content-disposition": `attachment; filename="audit.${format}"`,
      });
    },
  });

const PLACE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

interface Asked extends Pick<AuditFilter, "actor" | "action" | "kind" | "object"> {
  readonly since?: string;
  readonly until?: string;
  readonly security?: boolean;
}

const filterOf = ({ actor, action, kind, object, since, until, security }: Asked): AuditFilter => ({
  ...{ actor, action, kind, object, isSecurity: security },
  since: since === undefined ? undefined : fromInstant(Temporal.Instant.from(since)),
  until: until === undefined ? undefined : fromInstant(Temporal.Instant.from(until)),
});

const entryJson = ({ before, after, ...entry }: FoundEntry) => ({
  ...entry,
  before: fields(before),
  after: fields(after),
});

/** What is no object has no fields: it is one value. */
const fields = (value: Json | null): Record<string, unknown> | null =>
  value === null
    ? null
    : typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : { value };
