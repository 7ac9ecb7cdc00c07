import { Problem } from "../../core/problem.ts";

export const deadLetterUnknown = (args: { readonly id: string }): Problem =>
  new Problem("dead-letter-unknown", {
    what: `No dead letter "${args.id}" waits for anybody.`,
    fix: "List those that do with `tollwright session dead-letter list`; --all lists the others, too.",
  });
