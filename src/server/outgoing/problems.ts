import { Problem } from "../../core/problem.ts";

/** `reason` ends the sentence: "it names a port that is not called". */
export const outgoingUrlRefused = (args: { readonly reason: string }) =>
  new Problem("outgoing-url-refused", {
    what: `The address can't be called: ${args.reason}.`,
    fix: "Give an https:// address of a server in the public network; TOLLWRIGHT_WEBHOOK_ALLOW lists ranges of your own network that may be called besides.",
  });
