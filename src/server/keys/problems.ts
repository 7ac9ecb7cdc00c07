import type { Permission } from "../../core/access/permission.ts";
import { Problem } from "../../core/problem.ts";

/** The same for a key of somebody else's: that there is one is nobody's business. */
export const keyUnknown = () =>
  new Problem("key-unknown", {
    what: "There is no such API key.",
    fix: "`tollwright key list` and GET /v1/keys show those there are.",
  });

export const keyNameTaken = (args: { readonly name: string }) =>
  new Problem("key-name-taken", {
    what: `Another API key is called "${args.name}".`,
    fix: "Choose another name, or revoke that key first.",
  });

/** `fault` is a sentence. */
export const keyInvalid = (args: { readonly fault: string }) =>
  new Problem("key-invalid", {
    what: args.fault,
    fix: "docs/guides/api-keys.md says what names, times and address ranges may be.",
  });

export const permissionsExceeded = (args: { readonly missing: readonly Permission[] }) =>
  new Problem("permissions-exceeded", {
    what: `You do not have what you would give: ${args.missing.join(", ")}.`,
    fix: "Leave it out, or ask somebody who has it.",
  });

export const keyAccountUnknown = () =>
  new Problem("key-account-unknown", {
    what: "There is no such account to make the key for.",
    fix: "Check the id with GET /v1/accounts, or the code with `tollwright account list`.",
  });

/** One answer for what is unknown, revoked, over or comes from elsewhere: whoever tries keys learns nothing. */
export const keyRefused = () =>
  new Problem("key-refused", {
    what: "The API key is not one of ours, has ended, or may not be used from this address.",
    fix: "Send a whole key that `tollwright key list` shows, from an address that it allows.",
  });
