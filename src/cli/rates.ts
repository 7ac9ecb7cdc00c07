import type { CommandGroup } from "./command.ts";
import { ratesExportCommand } from "./rates-export.ts";
import { ratesCheckCommand, ratesImportCommand } from "./rates-import.ts";
import { ratesListCommand } from "./rates-list.ts";
import { ratesDiscardCommand, ratesPublishCommand } from "./rates-publish.ts";
import { ratesShowCommand } from "./rates-show.ts";
import { ratesTemplateCommands } from "./rates-template.ts";

/** `tollwright rates …` */
export const ratesCommands: CommandGroup = {
  name: "rates",
  summary: "rate decks: import, check, publish and export",
  commands: [
    ratesImportCommand,
    ratesCheckCommand,
    ratesShowCommand,
    ratesPublishCommand,
    ratesDiscardCommand,
    ratesListCommand,
    ratesExportCommand,
    ratesTemplateCommands,
  ],
};
