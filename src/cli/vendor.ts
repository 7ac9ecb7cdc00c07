import { counted } from "../core/counted.ts";
import { accrueVendors } from "../server/ledger/accrue-vendors.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { dryRun } from "./input.ts";

const accrue = defineCommand({
  name: "accrue",
  summary: "post what vendors have earned to their own books",
  about:
    "The sum of the cost charges of each day less what was posted of it, so late and corrected calls are caught and " +
    "a second run posts nothing. `tollwright bill run` does it, too.",
  options: { dryRun },
  examples: [{ command: "tollwright vendor accrue", does: "Brings `payable` of every vendor up to date." }],
  async run(context, _args, options) {
    const { id: tenantId } = await context.tenant();
    const accrual = { tenantId, actor: commandLineActor(context, tenantId), dryRun: options.dryRun };
    const { posted } = await accrueVendors(await context.db(), accrual);
    const done = options.dryRun ? "would be posted" : "posted";
    return {
      json: { posted, dryRun: options.dryRun },
      human: [`${counted(posted, "journal")} ${done} to the books of vendors.`],
    };
  },
});

/** `tollwright vendor …` */
export const vendorCommands: CommandGroup = { name: "vendor", summary: "what vendors are owed", commands: [accrue] };
