type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Places in a schema where a value has no bound: a text of any length, a list without an end, fields of any name. */
export function looseSchemas(schema: unknown, at: string): string[] {
  if (!isSchema(schema) || "contentTypes" in schema || "const" in schema || "enum" in schema) return [];
  const parts = ["anyOf", "allOf", "oneOf"].flatMap((name) => (Array.isArray(schema[name]) ? schema[name] : []));
  if (parts.length > 0) return parts.flatMap((part, index) => looseSchemas(part, `${at}/${index}`));
  switch (schema.type) {
    case "null":
    case "boolean":
      return [];
    case "string":
      return ["maxLength", "pattern", "format"].some((name) => name in schema) ? [] : [`${at}: a text without bounds`];
    case "integer":
    case "number":
      return "minimum" in schema && "maximum" in schema ? [] : [`${at}: a number without bounds`];
    case "array":
      return [
        ...("maxItems" in schema ? [] : [`${at}: a list without bounds`]),
        ...looseSchemas(schema.items, `${at}[]`),
      ];
    case "object":
      return looseObject(schema, at);
    default:
      return [`${at}: anything`];
  }
}

function looseObject(schema: Schema, at: string): string[] {
  const properties = Object.entries((schema.properties ?? {}) as Schema);
  const patterns = Object.entries((schema.patternProperties ?? {}) as Schema);
  const isOpen = schema.additionalProperties !== false && (patterns.length === 0 || !("maxProperties" in schema));
  return [
    ...(isOpen ? [`${at}: fields of any name`] : []),
    ...[...properties, ...patterns].flatMap(([name, field]) => looseSchemas(field, `${at}/${name}`)),
  ];
}
