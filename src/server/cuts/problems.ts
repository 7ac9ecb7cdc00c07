import { Problem } from "../../core/problem.ts";

/** Whoever follows calls costs a query a second. */
export const sessionStreamsTooMany = (): Problem =>
  new Problem("session-streams-too-many", {
    what: "As many readers follow calls over HTTP as may do so at once.",
    fix: "Close one of the streams, or ask for the list of sessions now and then.",
  });

export const hangUpUnconfirmed = (args: { readonly count: number }): Problem =>
  new Problem("hang-up-unconfirmed", {
    what: `${args.count} calls would be ended.`,
    fix: 'Look at them with --dry-run ("dryRun": true), and then confirm with --yes ("confirmed": true); or name one.',
  });
