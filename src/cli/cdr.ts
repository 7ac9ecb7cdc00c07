import { cdrFilesCommand } from "./cdr-files.ts";
import { cdrFormatsCommand } from "./cdr-formats.ts";
import { cdrImportCommand } from "./cdr-import.ts";
import { cdrOpenCommand } from "./cdr-open.ts";
import { cdrPullCommand } from "./cdr-pull.ts";
import { cdrQuarantineCommands } from "./cdr-quarantine.ts";
import { cdrWatchCommand } from "./cdr-watch.ts";
import type { CommandGroup } from "./command.ts";

/** `tollwright cdr …` */
export const cdrCommands: CommandGroup = {
  name: "cdr",
  summary: "call records: from files and switches into the books",
  commands: [
    cdrImportCommand,
    cdrWatchCommand,
    cdrPullCommand,
    cdrFilesCommand,
    cdrOpenCommand,
    cdrQuarantineCommands,
    cdrFormatsCommand,
  ],
};
