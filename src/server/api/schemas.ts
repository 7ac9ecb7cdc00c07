import { type TSchema, Type } from "typebox";

/** Object schemas say nothing beside their fields: an unknown field is a mistake, and no answer shows one. */
export const closed = { additionalProperties: false } as const;

/** One line or more of text, 1 to `charsMax` characters. */
export const text = (charsMax: number, description = "") =>
  Type.String({ minLength: 1, maxLength: charsMax, ...(description !== "" && { description }) });

/** A code or name that people gave: of an account, a source, a tariff. */
export const code = (description = "") => text(64, description);

export const id = (description = "") => Type.String({ format: "uuid", ...(description !== "" && { description }) });

/** RFC 3339 in UTC, to the millisecond: "2026-03-01T08:00:00.250Z". */
export const instant = (description = "") =>
  Type.String({ format: "date-time", maxLength: 40, ...(description !== "" && { description }) });

/** A civil date: "2026-03-01". */
export const date = (description = "") => Type.String({ format: "date", ...(description !== "" && { description }) });

export const currency = (description = "ISO 4217") => Type.String({ pattern: "^[A-Z]{3}$", description });

/** An amount above or at zero, as text: numbers of JSON are binary fractions. Up to nine decimals. */
export const amount = (description = "") =>
  Type.String({ pattern: "^\\d{1,12}(\\.\\d{1,9})?$", ...(description !== "" && { description }) });

/** An amount above zero. */
export const positiveAmount = (description = "") =>
  Type.String({
    pattern: "^(?!0+(\\.0+)?$)\\d{1,12}(\\.\\d{1,9})?$",
    description: `above zero${description === "" ? "" : `, ${description}`}`,
  });

/** An amount that may be below zero. */
export const signedAmount = (description = "") =>
  Type.String({ pattern: "^-?\\d{1,19}(\\.\\d{1,9})?$", ...(description !== "" && { description }) });

/** A decimal of any scale, such as a rate. */
export const decimal = (description = "") =>
  Type.String({ pattern: "^-?\\d{1,19}(\\.\\d{1,20})?$", ...(description !== "" && { description }) });

export const orNull = <Schema extends TSchema>(schema: Schema, description = "") =>
  Type.Union([schema, Type.Null()], description === "" ? {} : { description });

/** A count: 0 to 2^53-1. */
export const count = (description = "") =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...(description !== "" && { description }) });

/** Ranges of IP addresses: up to 100 of `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */
export const addressRanges = (description = "") =>
  Type.Array(Type.String({ minLength: 2, maxLength: 50, pattern: "^[0-9A-Fa-f.:/]+$" }), {
    maxItems: 100,
    ...(description !== "" && { description }),
  });
