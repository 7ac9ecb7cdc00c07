import { Problem } from "../../core/problem.ts";

/** `reason` ends the sentence: "everybody may read it". */
export const secretsKeyUnusable = (args: {
  readonly path: string;
  readonly reason: string;
  readonly cause?: unknown;
}) =>
  new Problem(
    "secrets-key-unusable",
    {
      what: `The key file ${args.path} can't be used: ${args.reason}.`,
      fix: "Put it back from its copy, readable by the user who runs Tollwright alone; docs/reference/config.md says what is in it.",
    },
    { cause: args.cause },
  );

/** `what` names the secret: "password of SIP user ada". */
export const secretSealedOtherwise = (args: { readonly what: string }) =>
  new Problem("secret-sealed-otherwise", {
    what: `The ${args.what} was sealed under another key than TOLLWRIGHT_SECRETS_KEY_FILE has, or its row was changed.`,
    fix: "Give this process the key file that it was stored with, or set it again.",
  });
