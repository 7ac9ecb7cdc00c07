import type { Permission } from "../../core/access/permission.ts";
import { Problem } from "../../core/problem.ts";

/** One answer whatever is wrong: whoever tries learns nothing, neither whether there is such a person. */
export const logInRefused = () =>
  new Problem("log-in-refused", {
    what: "The e-mail address or the password is wrong, or this person may not log in.",
    fix: "Check both, and the operator's name where there are several; a new password can be set by mail.",
  });

/** `seconds` until it may be tried again. */
export const logInThrottled = (args: { readonly seconds: number }) =>
  new Problem(
    "log-in-throttled",
    {
      what: `There were too many failed tries; the next one counts in ${args.seconds} s.`,
      fix: "Wait, then try again. A browser in which you have logged in before does not wait for others' failures.",
    },
    { retryAfterS: args.seconds },
  );

export const logInOverloaded = () =>
  new Problem("log-in-overloaded", {
    what: "More people log in at this moment than can be checked.",
    fix: "Try again in a few seconds.",
  });

export const logInOver = () =>
  new Problem("log-in-over", {
    what: "You are logged in no more: it was too long ago, or it was ended.",
    fix: "Log in again.",
  });

export const logInNeeded = () =>
  new Problem("log-in-needed", {
    what: "This is for people who are logged in, not for API keys.",
    fix: "Log in with POST /v1/auth/log-in, and send its cookie.",
  });

export const secondFactorDue = () =>
  new Problem("second-factor-due", {
    what: "The password was right, and the second factor is still to be shown or set up.",
    fix: "Send it to POST /v1/auth/second-factor, or set one up with POST /v1/auth/second-factors.",
  });

export const secondFactorRefused = () =>
  new Problem("second-factor-refused", {
    what: "The code is wrong, too old, or was used before.",
    fix: "Wait for the next code and check the time of the device; a recovery code does instead, once.",
  });

export const secondFactorUnknown = () =>
  new Problem("second-factor-unknown", {
    what: "There is no such second factor of yours.",
    fix: "GET /v1/me/second-factors lists those there are.",
  });

export const secondFactorNeeded = () =>
  new Problem("second-factor-needed", {
    what: "It is your only second factor, and the operator asks for one.",
    fix: "Set up another one first.",
  });

/** `reason` ends the sentence: "its Origin is https://example.net". */
export const foreignPage = (args: { readonly reason: string }) =>
  new Problem("foreign-page", {
    what: `The request does not come from a page of Tollwright: ${args.reason}.`,
    fix: "Browsers: use Tollwright's own pages, and set TOLLWRIGHT_PUBLIC_URL to their address. Programs: use an API key.",
  });

/** `fault` is a sentence. */
export const passwordTooWeak = (args: { readonly fault: string }) =>
  new Problem("password-too-weak", {
    what: args.fault,
    fix: "Take a longer one: several words that have nothing to do with each other, or what a password manager makes.",
  });

export const passwordWrong = () =>
  new Problem("password-wrong", {
    what: "The present password is wrong.",
    fix: "Give the password that you log in with; a new one can be set by mail.",
  });

export const linkOver = () =>
  new Problem("link-over", {
    what: "The link was used, is too old, or was replaced by a later one.",
    fix: "Use the newest mail, or ask for another.",
  });

/** The same for somebody of whom the asker must not know. */
export const userUnknown = () =>
  new Problem("user-unknown", {
    what: "There is no such user.",
    fix: "`tollwright user list` and GET /v1/users show those there are.",
  });

export const userEmailTaken = (args: { readonly email: string }) =>
  new Problem("user-email-taken", {
    what: `Somebody has the address ${args.email} already.`,
    fix: "Take another address: people of one operator log in by it.",
  });

/** `fault` is a sentence. */
export const userInvalid = (args: { readonly fault: string }) =>
  new Problem("user-invalid", {
    what: args.fault,
    fix: "docs/guides/people.md says what a user consists of.",
  });

export const ownUserProtected = () =>
  new Problem("own-user-protected", {
    what: "Nobody changes their own roles, state or e-mail address.",
    fix: "Ask somebody else who manages users.",
  });

export const userOutranks = (args: { readonly missing: readonly Permission[] }) =>
  new Problem("user-outranks", {
    what: `This user has what you do not have: ${args.missing.join(", ")}.`,
    fix: "Ask somebody who has it.",
  });

export const lastOwner = () =>
  new Problem("last-owner", {
    what: "This is the last of the operator's people who may do everything and can log in.",
    fix: "Make another owner first.",
  });

export const roleUnknown = (args: { readonly name: string }) =>
  new Problem("role-unknown", {
    what: `There is no role "${args.name}" for people of this account.`,
    fix: "GET /v1/roles and `tollwright user roles` show those there are.",
  });

export const roleNameTaken = (args: { readonly name: string }) =>
  new Problem("role-name-taken", {
    what: `There is a role "${args.name}" already.`,
    fix: "Choose another name, or change that role.",
  });

/** `fault` is a sentence. */
export const roleInvalid = (args: { readonly fault: string }) =>
  new Problem("role-invalid", {
    what: args.fault,
    fix: "docs/concepts/people.md says what a role consists of.",
  });

export const roleInUse = (args: { readonly name: string; readonly users: number }) =>
  new Problem("role-in-use", {
    what: `${args.users === 1 ? "One user has" : `${args.users} users have`} the role "${args.name}".`,
    fix: "Give them other roles first.",
  });
