import { findSources } from "../server/mediation/find-sources.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { sourceDisconnectCommand } from "./source-disconnect.ts";
import { sourceStreamsCommand } from "./source-streams.ts";
import { sourceTokenCommand } from "./source-token.ts";

const list = defineCommand({
  name: "list",
  summary: "list the switches that call records come from",
  examples: [{ command: "tollwright source list", does: "Shows name, format, zone and duration rule of each source." }],
  async run(context) {
    const { id } = await context.tenant();
    const sources = await findSources(await context.db(), id);
    return {
      json: { sources: sources.map(({ name, format, config }) => ({ name, format, settings: config })) },
      human: [
        {
          columns: ["SOURCE", "FORMAT", "TIME ZONE", "DURATION", "COUNTRY"].map((title) => ({ title })),
          rows: sources.map(({ name, format, config: { timeZone, duration, numbers } }) => [
            ...[name, format, timeZone, duration, numbers.defaultCountry ?? "none"],
          ]),
        },
      ],
    };
  },
});

/** `tollwright source …` */
export const sourceCommands: CommandGroup = {
  name: "source",
  summary: "switches that call records come from",
  commands: [list, sourceDisconnectCommand, sourceStreamsCommand, sourceTokenCommand],
};
