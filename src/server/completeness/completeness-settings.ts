import { type Static, Type } from "typebox";
import { compileNamePattern } from "../../core/completeness/name-pattern.ts";

const closed = { additionalProperties: false } as const;
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { default: null, description });
const whole = (least: number, most: number, description: string) =>
  Type.Integer({ minimum: least, maximum: most, description });
const number = (description: string) => orNull(whole(0, 999_999_999_999_999, description), description);

const FileNames = Type.Object(
  {
    pattern: Type.String({ minLength: 1, maxLength: 200, description: "how the switch names its files" }),
    first: number("the number that follows the last one of a cycle"),
    last: number("the last number before the count begins again; null: it never does"),
    everyMinutes: orNull(whole(1, 44_640, "minutes"), "minutes from one file's time to the next"),
  },
  closed,
);

const Records = Type.Object(
  {
    from: Type.Union([Type.Literal("sequence"), Type.Literal("key"), Type.Literal("leg"), Type.Literal("callId")], {
      default: "sequence",
      description: "the field of a record that holds its number",
    }),
    pattern: Type.String({
      minLength: 1,
      maxLength: 200,
      default: "{number}",
      description: "what the field looks like",
    }),
    first: number("the number that follows the last one of a cycle"),
    last: number("the last number before the count begins again; null: it never does"),
    restarts: Type.Boolean({ default: false, description: "the count begins anew when the switch is started" }),
  },
  closed,
);

const Tolerance = Type.Object(
  {
    calls: Type.Integer({ minimum: 0, default: 0, description: "calls by which a total may differ" }),
    talkedS: Type.Integer({ minimum: 0, default: 0, description: "seconds by which a total may differ" }),
    percent: Type.Number({ minimum: 0, maximum: 100, default: 0, description: "the same, of what the switch says" }),
  },
  { ...closed, default: {} },
);

/** What is known of a source that makes a gap visible. Nothing of it changes how records are read. */
export const CompletenessSettings = Type.Object(
  {
    fileNames: orNull(FileNames, "numbers or times in the names of files"),
    records: orNull(Records, "the switch's own numbers of its records"),
    silentAfterMinutes: orNull(whole(0, 525_600, "minutes"), "null: learned from its past; 0: never"),
    pairedWith: orNull(Type.String({ minLength: 1, maxLength: 64 }), "another source that sees the same calls"),
    clockToleranceS: Type.Number({ minimum: 0, maximum: 86_400, default: 2, description: "seconds of difference" }),
    totals: Tolerance,
    quarantinedMax: Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 100, description: "rows; 0: never" }),
  },
  { ...closed, default: {}, description: "what makes a gap visible" },
);
export type CompletenessSettings = Static<typeof CompletenessSettings>;

/** What is wrong with the settings beyond their types, as faults under `/completeness`. */
export function completenessFaults({ fileNames, records }: CompletenessSettings): readonly string[] {
  const faults: string[] = [];
  const fault = (pointer: string, what: string) => faults.push(`/completeness/${pointer} ${what}`);
  for (const [name, series] of Object.entries({ fileNames, records })) {
    if (series === null) continue;
    const { first, last } = series;
    if ((first === null) !== (last === null)) fault(name, "has first and last together, or neither");
    if (first !== null && last !== null && first >= last) fault(name, "has a last number that is not after the first");
  }
  const names = fileNames && compileNamePattern(fileNames.pattern);
  if (typeof names === "string") fault("fileNames/pattern", names);
  else if (names && !names.hasNumber && fileNames?.everyMinutes === null)
    fault("fileNames/everyMinutes", "says how often a file comes whose name has a time and no number");
  const numbers = records && compileNamePattern(records.pattern);
  if (typeof numbers === "string") fault("records/pattern", numbers);
  else if (numbers && !numbers.hasNumber) fault("records/pattern", "has {number}");
  if (records?.restarts && records.last !== null) fault("records", "either restarts or goes round, not both");
  return faults;
}
