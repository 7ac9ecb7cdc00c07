import { Problem } from "../../core/problem.ts";

export const hangUpUnconfirmed = (args: { readonly count: number }): Problem =>
  new Problem("hang-up-unconfirmed", {
    what: `${args.count} calls would be ended.`,
    fix: 'Look at them with --dry-run ("dryRun": true), and then confirm with --yes ("confirmed": true); or name one.',
  });
