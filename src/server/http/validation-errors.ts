import type { FastifySchemaValidationError } from "fastify";

/** One thing that is wrong with a request, for programs. */
export interface FieldError {
  /** JSON Pointer into the request: `/body/amount`, `/query/limit`, `/params/account`. */
  readonly pointer: string;
  readonly code: "missing" | "unknown-field" | "wrong-type" | "wrong-form" | "out-of-bounds" | "not-one-of";
  readonly message: string;
}

const CODES: Readonly<Record<string, FieldError["code"]>> = {
  required: "missing",
  additionalProperties: "unknown-field",
  type: "wrong-type",
  pattern: "wrong-form",
  format: "wrong-form",
  enum: "not-one-of",
  const: "not-one-of",
  anyOf: "not-one-of",
  oneOf: "not-one-of",
};

const PARTS: Readonly<Record<string, string>> = { querystring: "query" };

/** What a validator found, as the API says it. `part` is body, querystring or params. */
export function fieldErrors(errors: readonly FastifySchemaValidationError[], part: string): readonly FieldError[] {
  return errors.map(({ keyword, instancePath, params, message = "is not valid" }) => {
    const field = params.missingProperty ?? params.additionalProperty;
    const named = typeof field === "string" ? `/${pointerPart(field)}` : "";
    return {
      pointer: `/${PARTS[part] ?? part}${instancePath}${named}`.slice(0, 300),
      code: CODES[keyword] ?? "out-of-bounds",
      message: keyword === "enum" ? `must be one of ${allowed(params.allowedValues)}` : message,
    };
  });
}

const allowed = (values: unknown): string => (Array.isArray(values) ? values.map(String).join(", ").slice(0, 300) : "");

/** RFC 6901 §3. */
const pointerPart = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
