import { cdrCompletenessCommand } from "./cdr-completeness.ts";
import { cdrExportCommand } from "./cdr-export.ts";
import { cdrFilesCommand } from "./cdr-files.ts";
import { cdrFormatsCommand } from "./cdr-formats.ts";
import { cdrImportCommand } from "./cdr-import.ts";
import { cdrOpenCommand } from "./cdr-open.ts";
import { cdrPullCommand } from "./cdr-pull.ts";
import { cdrQuarantineCommands } from "./cdr-quarantine.ts";
import { cdrRerateCommand } from "./cdr-rerate.ts";
import { cdrSearchCommand } from "./cdr-search.ts";
import { cdrSearchesCommands } from "./cdr-searches.ts";
import { cdrShowCommand } from "./cdr-show.ts";
import { cdrTotalsCommands } from "./cdr-totals.ts";
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
    cdrSearchCommand,
    cdrShowCommand,
    cdrExportCommand,
    cdrSearchesCommands,
    cdrOpenCommand,
    cdrQuarantineCommands,
    cdrCompletenessCommand,
    cdrTotalsCommands,
    cdrRerateCommand,
    cdrFormatsCommand,
  ],
};
