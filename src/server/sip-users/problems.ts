import { Problem } from "../../core/problem.ts";

export const sipUserUnknown = (args: { readonly user: string }) =>
  new Problem("sip-user-unknown", {
    what: `There is no SIP user ${args.user}.`,
    fix: "Check name and realm with `tollwright sip-user list`.",
  });

export const sipUserTaken = (args: { readonly user: string; readonly account: string }) =>
  new Problem("sip-user-taken", {
    what: `The SIP user ${args.user} is account "${args.account}"'s.`,
    fix: "Choose another name or realm, or remove that one first with `tollwright sip-user remove`.",
  });

/** `fault` is a sentence that shows no secret. */
export const sipUserInvalid = (args: { readonly fault: string }) =>
  new Problem("sip-user-invalid", {
    what: args.fault,
    fix: "docs/guides/sip-users.md says what names, realms and passwords may be.",
  });

export const sipUsersUnavailable = () =>
  new Problem("sip-users-unavailable", {
    what: "A SIP user could not be looked up in time, and was not known from before.",
    fix: "See why the database is slow or away; the switch asks again, or its next server.",
  });
