import { Problem } from "../../core/problem.ts";

export const reratingUnknown = (args: { readonly id: string }) =>
  new Problem("rerating-unknown", {
    what: `There is no re-rating "${args.id}".`,
    fix: "List those there are with `tollwright cdr rerate --runs`.",
  });

export const reratingEnded = (args: { readonly id: string; readonly state: string }) =>
  new Problem("rerating-ended", {
    what: `Re-rating "${args.id}" is ${args.state} already.`,
    fix: "Only one that is under way can be cancelled. To undo one, bring the settings back and re-rate again.",
  });

export const suggestionUnknown = (args: { readonly id: string }) =>
  new Problem("rerating-suggestion-unknown", {
    what: `There is no open suggestion "${args.id}".`,
    fix: "List those there are with `tollwright cdr rerate --suggest`.",
  });
