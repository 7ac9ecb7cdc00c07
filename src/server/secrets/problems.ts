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

/** `what` names the secret: "password of SIP user ada"; `present` are the ids of the keys that there are. */
export const secretSealedOtherwise = (args: {
  readonly what: string;
  readonly keyId: string;
  readonly present: readonly string[];
}) =>
  new Problem("secret-sealed-otherwise", {
    what: args.present.includes(args.keyId)
      ? `The ${args.what} does not open under the key ${args.keyId} that sealed it: its row was changed.`
      : `The ${args.what} was sealed under the key ${args.keyId}, and TOLLWRIGHT_SECRETS_KEY_FILE has ${args.present.join(", ")}.`,
    fix: "Give this process the key file that it was stored with, or set it again.",
  });
