import type { Permission } from "../../core/access/permission.ts";
import { Problem } from "../../core/problem.ts";

export const notSignedIn = () =>
  new Problem("not-signed-in", {
    what: "The request says neither by an API key nor by a session who asks.",
    fix: 'Send an API key as "Authorization: Bearer KEY", or sign in.',
  });

export const permissionMissing = (args: { readonly permission: Permission }) =>
  new Problem("permission-missing", {
    what: `This needs the permission ${args.permission}, which you do not have.`,
    fix: "Ask who manages your users or keys for it, or use a key that has it.",
  });

export const operatorOnly = () =>
  new Problem("operator-only", {
    what: "This is about the whole business of the operator; you act for one of its accounts.",
    fix: "Ask the operator to do it.",
  });

export const cursorInvalid = () =>
  new Problem("cursor-invalid", {
    what: "The cursor in `after` is not one that this list answered.",
    fix: "Take nextCursor from the answer before, with the same parameters, or begin without `after`.",
  });

export const idempotencyKeyMissing = () =>
  new Problem("idempotency-key-missing", {
    what: "The request moves money and has no header Idempotency-Key.",
    fix: "Send one of 1 to 255 printable characters: the same for a repeat of this request, and for no other.",
  });

export const idempotencyInFlight = () =>
  new Problem("idempotency-in-flight", {
    what: "A request with the same Idempotency-Key is being worked on.",
    fix: "Wait a moment and send it again: it is answered as the first one was.",
  });

export const idempotencyKeyReused = () =>
  new Problem("idempotency-key-reused", {
    what: "This Idempotency-Key was used for another request: its route, parameters or body differ.",
    fix: "Send a new key for a new request, and the same body for a repeat.",
  });

export const ifMatchMissing = () =>
  new Problem("if-match-missing", {
    what: "The request does not say by If-Match which version it changes.",
    fix: "Read what is to be changed, and send its ETag as If-Match.",
  });

/** For use cases: what they found is of another version than `ifMatch`. */
export const versionChanged = () =>
  new Problem("version-changed", {
    what: "It was changed since the version that If-Match names.",
    fix: "Read it again, and decide anew.",
  });

export const requestsTooMany = (args: { readonly requestsMax: number; readonly resetS: number }) =>
  new Problem("requests-too-many", {
    what: `More than ${args.requestsMax} requests came within a minute.`,
    fix: `Wait ${args.resetS} seconds; the header RateLimit tells beforehand what is left.`,
  });
