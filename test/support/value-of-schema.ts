/** A part of a JSON Schema, as far as the API's own schemas go. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: "01890000-0000-7000-8000-000000000001",
  "date-time": "2026-03-02T10:00:00Z",
  date: "2026-03-02",
  email: "somebody@example.com",
  uri: "https://example.com/",
};

/** What patterns of the API are met by. One that none of these meets has to be given an example. */
const TEXTS = [
  ...["1", "EUR", "de", "DE", "some-thing", "192.0.2.0/24", "2026-03", "2026-03-02", "#123456", "example.com", "49"],
  ...["ab".repeat(32), "a".repeat(43), "https://example.com/", "a@example.com", "12:00", "P1D", "30/6"],
];

/** A small value that meets the schema: an example of it, or what it requires and nothing else. */
export function valueOfSchema(schema: JsonSchema): unknown {
  const [example] = schema.examples ?? [];
  if (example !== undefined) return example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return valueOfSchema(schema.anyOf[0] ?? {});
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, valueOfSchema(schema.properties?.[name] ?? {})]),
      );
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => valueOfSchema(schema.items ?? {}));
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return textOf(schema);
  }
}

function textOf({ pattern, format, minLength = 1 }: JsonSchema): string {
  if (format !== undefined && FORMATS[format] !== undefined) return FORMATS[format];
  if (pattern === undefined) return "x".repeat(minLength);
  const found = TEXTS.find((text) => new RegExp(pattern, "u").test(text));
  if (found === undefined) throw new Error(`No value for /${pattern}/: give its schema an example.`);
  return found;
}
