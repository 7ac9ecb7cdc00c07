import { Type } from "typebox";
import { PERMISSIONS } from "../../core/access/permission.ts";
import { USER_STATES } from "../../core/access/user.ts";
import { closed, id, instant, orNull, text } from "../api/schemas.ts";

export const email = (description = "") =>
  Type.String({ minLength: 3, maxLength: 320, ...(description && { description }) });
export const password = (description = "") =>
  Type.String({ minLength: 1, maxLength: 1_000, ...(description && { description }) });
export const personName = text(100, "as people call them");
export const language = Type.String({
  pattern: "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
  maxLength: 30,
  description: "BCP 47, such as en or pt-BR",
});
export const roleName = Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 50 });
export const roleNames = Type.Array(roleName, { minItems: 1, maxItems: 20, description: "built-in or own roles" });
export const permissions = Type.Array(Type.Enum([...PERMISSIONS]), { minItems: 1, maxItems: PERMISSIONS.length });
export const state = Type.Enum([...USER_STATES]);
export const reason = text(500, "why, for the audit");

/** A user as answers show them. */
export const User = Type.Object(
  {
    id: id(),
    accountId: orNull(id(), "the reseller or customer whose people they are of; null: the operator's"),
    email: email(),
    name: personName,
    language,
    state,
    roles: roleNames,
    permissions: Type.Array(Type.Enum([...PERMISSIONS]), { maxItems: PERMISSIONS.length, description: "by all roles" }),
    createdBy: text(300),
    createdAt: instant(),
    lastLogInAt: orNull(instant()),
  },
  closed,
);

/** Where somebody is logged in. */
export const Session = Type.Object(
  {
    id: id(),
    isThis: Type.Boolean({ description: "the one that asks" }),
    beganAt: instant(),
    seenAt: instant("true to the minute"),
    expiresAt: instant(),
    address: orNull(text(100)),
    userAgent: orNull(Type.String({ maxLength: 300 })),
  },
  closed,
);
