import { migrate } from "../server/db/migrate.ts";
import { defineCommand } from "./command.ts";
import { dryRun } from "./input.ts";

/** `tollwright migrate` */
export const migrateCommand = defineCommand({
  name: "migrate",
  summary: "bring the database's schema up to date",
  about:
    "Forward only, each migration in a transaction of its own; running it twice is harmless. The built-in database " +
    "is migrated by itself whenever it is used; a database at DATABASE_URL only by this command. Take a backup first.",
  options: { dryRun },
  examples: [
    { command: "tollwright migrate --dry-run", does: "Lists the migrations that are missing." },
    { command: "tollwright migrate", does: "Applies them." },
  ],
  async run(context, _args, options) {
    const report = await migrate(await context.bareDatabase(), {
      dryRun: options.dryRun,
      log: (line) => context.note(line),
    });
    const { applied, version } = report;
    const done = options.dryRun ? "would be applied" : "applied";
    return {
      json: { ...report, dryRun: options.dryRun },
      human:
        applied.length === 0
          ? [`Nothing to do: the schema is at version ${version}.`]
          : [`${applied.length} ${done}: ${applied.join(", ")}.`, `The schema is at version ${version}.`],
    };
  },
});
