import fc, { type Arbitrary } from "fast-check";

type Schema = Readonly<Record<string, unknown>>;

/** Texts that have broken something somewhere: SQL, formulas, paths, prototypes, what no encoding can store. */
const HOSTILE = [
  ...[
    "' or 1=1 --",
    '"; drop table accounts; --',
    "=1+1",
    "@SUM(A1)",
    "../../../etc/passwd",
    "%00",
    "\u0000",
    "\ud800",
  ],
  ...["__proto__", "constructor", "toString", "null", "NaN", "-0", "1e309", "0x10", "٣", "\u202eabc", "\r\nX-Evil: 1"],
  ...["{{7*7}}", "<script>alert(1)</script>", " ", "", "a".repeat(5_000), "💥", "00000000-0000-0000-0000-000000000000"],
  ...[
    "2026-13-45",
    "9999-12-31T23:59:59Z",
    "-271821-04-20",
    "2026-02-30",
    "+49",
    "*",
    "**",
    "=",
    "999999999999.999999999",
  ],
];
const ODD = [null, true, 0, -1, 1.5, 2 ** 53, 1e308, [], {}, [[]], { a: { b: {} } }];

/** Anything that may be sent in the place of a value. */
export const anyHostile: Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.constantFrom<unknown>(...HOSTILE), weight: 4 },
  { arbitrary: fc.constantFrom<unknown>(...ODD), weight: 2 },
  { arbitrary: fc.string({ unit: "binary", maxLength: 40 }), weight: 1 },
);

/** Values that a schema allows, its bounds among them; `known` offers what is stored, by the field's name. */
export function valuesOf(schema: unknown, known: (field: string) => readonly string[], field = ""): Arbitrary<unknown> {
  const { type, anyOf, enum: choices, const: constant, ...rest } = schema as Schema;
  if (Array.isArray(choices)) return fc.constantFrom<unknown>(...choices);
  if (constant !== undefined) return fc.constant(constant);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((one) => valuesOf(one, known, field)));
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const { minimum, maximum } = rest as { minimum: number; maximum: number };
      const bounded = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 1_000) });
      return fc.oneof(bounded, fc.constantFrom(minimum, maximum));
    }
    case "array": {
      const { items, minItems = 0, maxItems = 3 } = rest as { items: unknown; minItems?: number; maxItems?: number };
      return fc.array(valuesOf(items, known, field), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 3),
      });
    }
    case "object":
      return objectsOf(rest, known);
    default:
      return textsOf(rest, known(field));
  }
}

function objectsOf({ properties = {}, required = [] }: Schema, known: (field: string) => readonly string[]) {
  const fields = Object.entries(properties as Schema).map(([name, one]) => [name, valuesOf(one, known, name)]);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required as never });
}

function textsOf(
  { format, pattern, minLength = 0, maxLength = 40 }: Schema,
  stored: readonly string[],
): Arbitrary<string> {
  const bounds = {
    minLength: minLength as number,
    maxLength: Math.min(maxLength as number, (minLength as number) + 20),
  };
  const made = (): Arbitrary<string> => {
    if (format === "uuid") return fc.uuid();
    if (format === "date") return fc.constantFrom("2026-03-01", "0001-01-01", "9999-12-31", "2024-02-29");
    if (format === "date-time") return fc.constantFrom("2026-03-01T00:00:00Z", "2026-03-31T23:59:59.999+02:00");
    if (typeof pattern !== "string") return fc.string({ unit: "grapheme-ascii", ...bounds });
    // What stringMatching can't make: looking ahead.
    if (pattern.includes("(?")) return fc.constantFrom("1.5", "999999999999.999999999", "0.000000001", "a.example.com");
    return fc.stringMatching(new RegExp(pattern));
  };
  return stored.length === 0 ? made() : fc.oneof({ arbitrary: fc.constantFrom(...stored), weight: 4 }, made());
}
