import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { counted } from "../core/counted.ts";
import { scopeOf } from "../server/access/actor.ts";
import { AUDIT_FORMATS, auditText } from "../server/audit/export-audit.ts";
import {
  type AuditFilter,
  eachAuditEntry,
  findAudit,
  findAuditEntry,
  type PersonalDoor,
} from "../server/audit/find-audit.ts";
import type { FoundEntry } from "../server/audit/open-entries.ts";
import { headText } from "../server/audit/seal.ts";
import { findAuditHeads } from "../server/audit/verify-audit.ts";
import { sealOnce } from "../server/audit/watch-audit.ts";
import { replaceFile } from "../server/files/replace-file.ts";
import { readSecretsKey } from "../server/secrets/secrets-key.ts";
import { auditVerifyCommand } from "./audit-verify.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandContext, type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, flag, option, requiredOption, type Values } from "./input.ts";
import { readChoice } from "./read-input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import { tableOr } from "./table.ts";

const filterOptions = {
  actor: option("--actor NAME", "only what this one did: a name such as cli:root, or the id of a user or key"),
  action: option("--action NAME", "only this action, such as rates.published, or all of one word, such as rates"),
  kind: option("--kind NAME", "only what was done to objects of this kind, such as account"),
  object: option("--object NAME", "only what was done to this object, by its id or name"),
  since: option("--since TIME", `only what was done then or later: ${TIME_FORM}`),
  until: option("--until TIME", "only what was done before then"),
  security: flag("--security", "only security events: log-ins, keys, roles, passwords, tokens, addresses"),
};

const list = defineCommand({
  name: "list",
  summary: "list who did what, the latest first",
  about: "What was before and after is in `audit show`. Names of people who were erased stay out.",
  options: { limit: listOptions.limit, ...filterOptions },
  examples: [
    { command: "tollwright audit list --kind account --object bakery", does: "What was done to one account." },
    {
      command: "tollwright audit list --security --since 2026-03-01",
      does: "Security events since the first of March.",
    },
  ],
  async run(context, _args, { limit, ...options }) {
    const { scope, filter, door, db } = await asked(context, options);
    const entries = await findAudit(db, scope, { filter, after: null, limit: listLimit(limit), door });
    const columns = ["#", "AT", "WHO", "FROM", "ACTION", "OBJECT", "WHY"].map((title) => ({ title }));
    return {
      json: { entries },
      human: [tableOr({ columns, rows: entries.map(cellsOf) }, "Nothing of that kind was done.")],
    };
  },
});

const show = defineCommand({
  name: "show",
  summary: "show an entry with what was before and after",
  arguments: { entry: argument("ENTRY", "its id, or its place in the chain") },
  examples: [{ command: "tollwright audit show 17", does: "The entry at place 17." }],
  async run(context, { entry: name }) {
    const { scope, door, db } = await asked(context, {});
    const entry = await findAuditEntry(db, scope, { name, door });
    const { actor, object, impersonator, before, after } = entry;
    const inNameOf = impersonator === null ? "" : `, who was ${impersonator.name}`;
    return {
      json: entry,
      human: [
        `${entry.happenedAt}: ${actor.name}${inNameOf} did ${entry.action} to ${object.kind} ${object.name}.`,
        ...(entry.address === null ? [] : [`From: ${entry.address}`]),
        ...(entry.reason === null ? [] : [`Why: ${entry.reason}`]),
        `Before: ${JSON.stringify(before, null, 2)}`,
        `After: ${JSON.stringify(after, null, 2)}`,
        entry.sequence === null ? "It is not sealed yet." : `Sealed at place ${entry.sequence}.`,
      ],
    };
  },
});

const exportEntries = defineCommand({
  name: "export",
  summary: "write entries to a file",
  about: "The latest first, as many as there are, in the memory of a few. No spreadsheet runs a cell as a formula.",
  options: {
    ...filterOptions,
    out: requiredOption("--out FILE", "the file to write; one that is there is replaced once the new one is whole"),
    format: option(
      "--format FORMAT",
      `one of ${AUDIT_FORMATS.join(", ")}; csv if left out`,
      readChoice(...AUDIT_FORMATS),
    ),
  },
  examples: [{ command: "tollwright audit export --since 2026-01-01 --out audit.csv", does: "This year's." }],
  async run(context, _args, { out, format = "csv", ...options }) {
    const { scope, filter, door, db } = await asked(context, options);
    let entries = 0;
    async function* countedEntries(): AsyncGenerator<FoundEntry> {
      for await (const entry of eachAuditEntry(db, scope, { filter, door })) {
        entries += 1;
        yield entry;
      }
    }
    await replaceFile(out, (part) => pipeline(auditText(format, countedEntries()), createWriteStream(part)));
    return {
      json: { entries, format, path: out },
      human: [`${counted(entries, "entry", "entries")} written to ${out}.`],
    };
  },
});

const seal = defineCommand({
  name: "seal",
  summary: "seal what is new of the audit, and print the end of each chain",
  about:
    "`tollwright start` does it every second. A head that is kept elsewhere proves later, by `audit verify --head`, that " +
    "nothing before it was cut off or written anew.",
  examples: [
    { command: "tollwright audit seal --json | jq -r '.heads[]'", does: "Prints heads to be kept elsewhere." },
  ],
  async run(context) {
    const db = await context.db();
    await sealOnce(db, { happened: () => undefined, sealed: () => undefined }, context.config.secretsKeyFile);
    const heads = await findAuditHeads(db);
    return { json: { heads: heads.map(headText) }, human: heads.map(headText) };
  },
});

/** `tollwright audit …` */
export const auditCommands: CommandGroup = {
  name: "audit",
  summary: "who did what, when and why; and the proof that nobody changed it",
  commands: [list, show, exportEntries, seal, auditVerifyCommand],
};

interface Asked {
  readonly db: PersonalDoor["db"];
  readonly scope: ReturnType<typeof scopeOf>;
  readonly filter: AuditFilter;
  readonly door: PersonalDoor;
}

async function asked(context: CommandContext, options: Partial<Values<typeof filterOptions>>): Promise<Asked> {
  const { id: tenantId, timeZone } = await context.tenant();
  const db = await context.db();
  const { since, until, security, ...named } = options;
  const time = (text: string | undefined) =>
    text === undefined ? undefined : readTime(text, timeZone, "tollwright audit list");
  const filter = { ...named, since: time(since), until: time(until), ...(security && { isSecurity: true }) };
  const key = await readSecretsKey(context.config.secretsKeyFile);
  return { db, scope: scopeOf(commandLineActor(context, tenantId)), filter, door: { db, key } };
}

const cellsOf = ({
  sequence,
  happenedAt,
  actor,
  impersonator,
  address,
  action,
  object,
  reason,
}: FoundEntry): string[] => [
  ...[sequence === null ? "-" : String(sequence), `${happenedAt.slice(0, 19)}Z`],
  impersonator === null ? actor.name : `${actor.name} (${impersonator.name})`,
  ...[address ?? "-", action, `${object.kind} ${object.name}`, reason ?? ""],
];
