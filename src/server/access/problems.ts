import { Problem } from "../../core/problem.ts";

export const impersonationRefused = () =>
  new Problem("impersonation-refused", {
    what: "Passwords, second factors, keys and impersonations can't be changed in another's name.",
    fix: "End the impersonation with DELETE /v1/impersonation, and do it as yourself if you may.",
  });

/** `fault` is a sentence. */
export const addressListInvalid = (args: { readonly fault: string }) =>
  new Problem("address-list-invalid", {
    what: args.fault,
    fix: "Write addresses as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.",
  });

export const addressListLocksOut = () =>
  new Problem("address-list-locks-out", {
    what: "The list does not hold the address that you come from: you could not change it again.",
    fix: "Add your own address to it, or set it from the command line.",
  });

export const addressListOwnerUnknown = () =>
  new Problem("address-list-owner-unknown", {
    what: "There is no such user to keep a list for.",
    fix: "Check the id with GET /v1/users.",
  });
