import { Problem } from "../../core/problem.ts";

/** The same for what is not below, or not there. */
export const impersonationUnknown = () =>
  new Problem("impersonation-unknown", {
    what: "There is no such account, user or impersonation below you.",
    fix: "Act as an account below your own, or as one of its users who can log in.",
  });

/** `fault` is a sentence. */
export const impersonationInvalid = (args: { readonly fault: string }) =>
  new Problem("impersonation-invalid", {
    what: args.fault,
    fix: "docs/guides/impersonation.md says who may act as whom, and for how long.",
  });

export const impersonationOver = () =>
  new Problem("impersonation-over", {
    what: "The impersonation that the request names is over, or is not yours.",
    fix: "Leave the header Tollwright-Impersonation out, or begin another with POST /v1/impersonations.",
  });
