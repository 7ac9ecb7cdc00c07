import { counted } from "../core/counted.ts";
import {
  findSecretsStatus,
  forgetUnusedKeys,
  rotateSecrets,
  type SecretsStatus,
} from "../server/secrets/rotate-secrets.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { dryRun } from "./input.ts";
import { tableOr } from "./table.ts";

const status = defineCommand({
  name: "status",
  summary: "list the keys of the key file, and how much is sealed under each",
  about: "The exit status is 1 when something is sealed under a key that the file does not have.",
  examples: [{ command: "tollwright secrets status", does: "Shows what a rotation would seal again." }],
  async run(context) {
    const found = await findSecretsStatus(await context.db(), context.config.secretsKeyFile);
    const isLost = found.keys.some(({ state }) => state === "missing");
    return {
      json: found,
      human: [statusTable(found), ...(isLost ? ["Secrets under a missing key open never: find its file."] : [])],
      ...(isLost && { faulty: true }),
    };
  },
});

const rotate = defineCommand({
  name: "rotate",
  summary: "make a new key, and seal every secret under it",
  about:
    "The new key stands on top of the key file, the others below it, so that processes that run open both. Broken off, it " +
    "goes on where it stopped when it is run again. The exit status is 1 when no key of the file opens a secret.",
  options: { dryRun },
  examples: [
    { command: "tollwright secrets rotate --dry-run", does: "Says how many secrets would be sealed again." },
    { command: "tollwright secrets rotate", does: "Does it; copy the key file afterwards." },
  ],
  async run(context, _args, { dryRun: isDryRun }) {
    const db = await context.db();
    const { secretsKeyFile: path } = context.config;
    if (isDryRun) {
      const found = await findSecretsStatus(db, path);
      const secrets = found.keys.reduce((sum, key) => sum + key.secrets, 0);
      return {
        json: { dryRun: true, secrets },
        human: [statusTable(found), `${counted(secrets, "secret")} would be sealed under a new key.`],
      };
    }
    const { unreadable, ...done } = await rotateSecrets(db, path, (count) =>
      context.note(`${counted(count, "secret")} …`),
    );
    return {
      json: { ...done, unreadable },
      human: [
        `${counted(done.resealed, "secret")} sealed under ${done.isNew ? "the new key" : "the key of the run before"} ${done.keyId}.`,
        ...unreadable,
        `Copy ${path} to where its copies are. Once every process has been restarted: tollwright secrets forget`,
      ],
      ...(unreadable.length > 0 && { faulty: true }),
    };
  },
});

const forget = defineCommand({
  name: "forget",
  summary: "take keys that nothing is sealed under any more out of the key file",
  about:
    "For when every process that ran during the last rotation has been restarted: until then one of them may still seal " +
    "under the key before. Backups from before the rotation need the key that is taken away: keep a copy as long as them.",
  options: { dryRun },
  examples: [{ command: "tollwright secrets forget", does: "Leaves the keys that are needed." }],
  async run(context, _args, { dryRun: isDryRun }) {
    const keys = await forgetUnusedKeys(await context.db(), context.config.secretsKeyFile, { dryRun: isDryRun });
    const what = keys.length === 0 ? "No key" : `${counted(keys.length, "key")} (${keys.join(", ")})`;
    return {
      json: { forgotten: keys, dryRun: isDryRun },
      human: [`${what} ${isDryRun ? "would be" : "was"} taken out of ${context.config.secretsKeyFile}.`],
    };
  },
});

/** `tollwright secrets …` */
export const secretsCommands: CommandGroup = {
  name: "secrets",
  summary: "the keys that stored secrets are sealed under",
  commands: [status, rotate, forget],
};

const statusTable = ({ keys }: SecretsStatus) =>
  tableOr(
    {
      columns: [{ title: "KEY" }, { title: "STATE" }, { title: "SECRETS", align: "right" as const }, { title: "OF" }],
      rows: keys.map(({ id, state, secrets, tables }) => [id, state, String(secrets), Object.keys(tables).join(", ")]),
    },
    "There is no key yet, and nothing is sealed.",
  );
