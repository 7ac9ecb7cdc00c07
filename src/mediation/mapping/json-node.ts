import { Problem } from "../../core/problem.ts";
import { isZone, type Zone } from "../../core/time/zone.ts";

/**
 * Problem `mapping-invalid`: a source's mapping cannot be used; says where in its JSON, what is wrong and what to
 * write.
 */
export const mappingInvalid = ({ path, what, fix }: { path: string; what: string; fix: string }): Problem =>
  new Problem("mapping-invalid", { what: `Mapping, at ${path === "" ? "the top" : path}: ${what}`, fix });

/**
 * One place in the JSON that an operator wrote, which knows where it stands. Every reader throws Problem
 * `mapping-invalid` when the value is not what was asked for. Only own properties are ever looked at.
 */
export class JsonNode {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path = "") {
    this.value = value;
    this.path = path;
  }

  invalid(what: string, fix: string): Problem {
    return mappingInvalid({ path: this.path, what, fix });
  }

  /** The same place with another value: for a reader that takes some of its properties and hands on the rest. */
  withValue(value: unknown): JsonNode {
    return new JsonNode(value, this.path);
  }

  /** A value whose column need not be in every record, because only some records (a trailer) have it. */
  optionalColumn(): JsonNode {
    return this.withValue(
      isPlainObject(this.value) ? { ...this.value, optional: true } : { column: this.value, optional: true },
    );
  }

  /** The property `key`; undefined when it is not there. */
  get(key: string): JsonNode | undefined {
    if (!isPlainObject(this.value) || !Object.hasOwn(this.value, key)) return undefined;
    return new JsonNode(this.value[key], this.path === "" ? key : `${this.path}.${key}`);
  }

  /** The property `key`, which must be there. */
  need(key: string, fix: string): JsonNode {
    const node = this.get(key);
    if (node === undefined) throw this.invalid(`"${key}" is missing.`, fix);
    return node;
  }

  /** Checks that this is an object with none but `keys`: a misspelt key must not be ignored. */
  only(...keys: readonly string[]): this {
    if (!isPlainObject(this.value))
      throw this.invalid(`${shown(this.value)} is not an object.`, `Write { … } with ${keys.join(", ")}.`);
    for (const key of Object.keys(this.value))
      if (!keys.includes(key)) throw this.invalid(`"${key}" is not known here.`, `Known here: ${keys.join(", ")}.`);
    return this;
  }

  text(): string {
    if (typeof this.value !== "string")
      throw this.invalid(`${shown(this.value)} is not text.`, "Write it in double quotes.");
    return this.value;
  }

  /** A time zone: an IANA name or a fixed offset. */
  zone(): Zone {
    const name = this.text();
    if (!isZone(name))
      throw this.invalid(`"${name}" is no time zone.`, 'Write an IANA name such as "Europe/Berlin", or "+05:30".');
    return name;
  }

  /** What separates columns. */
  delimiter(): string {
    const delimiter = this.text();
    if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 0x7e || '\r\n"\\\0'.includes(delimiter))
      throw this.invalid(
        `${shown(delimiter)} cannot separate columns.`,
        'Write one ASCII character, such as "," ";" "|" or "\\t".',
      );
    return delimiter;
  }

  flag(): boolean {
    if (typeof this.value !== "boolean")
      throw this.invalid(`${shown(this.value)} is not a yes or no.`, "Write true or false.");
    return this.value;
  }

  whole(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
      throw this.invalid(
        `${shown(value)} is not a whole number from ${least} to ${most}.`,
        "Write such a number, without quotes.",
      );
    return value;
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    const choice = choices.find((each) => each === this.value);
    if (choice === undefined)
      throw this.invalid(`${shown(this.value)} is not one of the choices.`, `Write one of: ${choices.join(", ")}.`);
    return choice;
  }

  list(): JsonNode[] {
    if (!Array.isArray(this.value)) throw this.invalid(`${shown(this.value)} is not a list.`, "Write [ … ].");
    return this.value.map((item: unknown, index) => new JsonNode(item, `${this.path}[${index}]`));
  }

  /** The properties of an object that serves as a table. */
  entries(): [string, JsonNode][] {
    if (!isPlainObject(this.value))
      throw this.invalid(`${shown(this.value)} is not an object.`, 'Write { "from": "to", … }.');
    return Object.entries(this.value).map(([key, item]) => [key, new JsonNode(item, `${this.path}.${key}`)]);
  }

  isObject(): boolean {
    return isPlainObject(this.value);
  }
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 80);
