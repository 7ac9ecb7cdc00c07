import { Problem } from "../../core/problem.ts";

export const operationUnknown = (args: { readonly id: string }) =>
  new Problem("operation-unknown", {
    what: `There is no operation "${args.id}".`,
    fix: "Take the id from the answer of the request that began it.",
  });

export const operationBrokenOff = (args: { readonly tries: number }) =>
  new Problem("operation-broken-off", {
    what: `The operation was broken off ${args.tries - 1} times, each time with the process that worked on it.`,
    fix: "Look into the log for why, and ask for the same again: what was done already is found done.",
  });
