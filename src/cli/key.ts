import type { ApiKey } from "../server/keys/api-key.ts";
import { revokeKey } from "../server/keys/change-key.ts";
import { findKeys } from "../server/keys/find-keys.ts";
import { keyJson } from "../server/keys/key-json.ts";
import { keyUnknown } from "../server/keys/problems.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { argument, flag } from "./input.ts";
import { keyCreateCommand } from "./key-create.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const KEYS_MAX = 1_000;

const list = defineCommand({
  name: "list",
  summary: "list API keys, the newest first",
  about: "KEY is the end of each key, by which its owner knows it. LAST USED is true to the minute.",
  options: { all: flag("--all", "those that are revoked or over as well") },
  examples: [{ command: "tollwright key list", does: "Shows the keys that are good now." }],
  async run(context, _args, { all }) {
    const { id: tenantId } = await context.tenant();
    const page = { withEnded: all, limit: KEYS_MAX };
    const keys = await findKeys(await context.db(), commandLineActor(context, tenantId), page);
    return { json: { keys: keys.map(keyJson) }, human: [tableOr(keyTable(keys), "There is no API key.")] };
  },
});

const keyTable = (keys: readonly ApiKey[]): Table => ({
  columns: ["NAME", "KEY", "PERMISSIONS", "ADDRESSES", "UNTIL", "LAST USED", "BY", "ID"].map((title) => ({ title })),
  rows: keys.map((key) => [
    ...[key.name, `…${key.hint}`, permissionsText(key), key.addresses.join(", ") || "any", endText(key)],
    key.lastUsedAt === null ? "never" : `${timeText(key.lastUsedAt)} from ${key.lastUsedFrom}`,
    ...[key.createdBy, key.id],
  ]),
});

const SHOWN_PERMISSIONS = 3;

const permissionsText = ({ permissions }: ApiKey): string =>
  permissions.length <= SHOWN_PERMISSIONS ? permissions.join(", ") : `${permissions.length} permissions`;

const endText = ({ revokedAt, expiresAt }: ApiKey): string =>
  revokedAt === null ? timeText(expiresAt) : `revoked ${timeText(revokedAt)}`;

const revoke = defineCommand({
  name: "revoke",
  summary: "end an API key",
  about: "Within a second no process takes it any more. It can't be undone: make another key instead.",
  arguments: { key: argument("KEY", "the key's name or id") },
  examples: [{ command: "tollwright key revoke crm", does: "Ends the key of that name." }],
  async run(context, { key: named }) {
    const { id: tenantId } = await context.tenant();
    const [db, actor] = [await context.db(), commandLineActor(context, tenantId)];
    const keys = await findKeys(db, actor, { withEnded: false, limit: KEYS_MAX });
    const [found, another] = keys.filter(({ id, name }) => id === named || name === named);
    if (found === undefined) throw keyUnknown();
    if (another !== undefined)
      throw commandLineInvalid({
        what: `Several keys are called "${named}": give the id.`,
        command: "tollwright key revoke",
      });
    const revoked = await revokeKey(db, actor, found.id);
    return { json: keyJson(revoked), human: [`The key "${revoked.name}" (…${revoked.hint}) is revoked.`] };
  },
});

/** `tollwright key …` */
export const keyCommands: CommandGroup = {
  name: "key",
  summary: "keys with which programs use the API",
  commands: [list, keyCreateCommand, revoke],
};
