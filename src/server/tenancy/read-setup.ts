import { Settings } from "typebox/system";
import { Value } from "typebox/value";
import { findJsonFault } from "./json-fault.ts";
import { SetupFaults, setupNotJson } from "./setup-faults.ts";
import { Setup } from "./setup-schema.ts";
import { unstorablePlaces } from "./unstorable-json.ts";

/** Faults of form that are listed at once; a file with more is another kind of file. */
const FAULTS_MAX = 100;

/**
 * Reads the text of a setup file: its form only, not whether what it names exists.
 *
 * @throws Problem `setup-not-json` with line and column; `setup-invalid` with every fault.
 */
export function readSetup(text: string): Setup {
  const json = parseJson(text);
  const faults = new SetupFaults();
  addFormFaults(json, faults);
  faults.throwAny();
  for (const { pointer, what, fix } of unstorablePlaces(json)) faults.add(pointer, what, fix);
  faults.throwAny();
  return json as Setup; // every form fault would have been thrown
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw setupNotJson(findJsonFault(text));
  }
}

/** typebox stops at its eighth error unless told otherwise, for the whole program: told for the moment only. */
function formErrors(json: unknown) {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: FAULTS_MAX });
  try {
    return [...Value.Errors(Setup, json)];
  } finally {
    Settings.Set({ maxErrors });
  }
}

function addFormFaults(json: unknown, faults: SetupFaults): void {
  const told = new Set<string>();
  for (const { keyword, schemaPath, instancePath, params } of formErrors(json)) {
    if (keyword === "required") {
      const missing = (params as { requiredProperties: string[] }).requiredProperties;
      faults.add(instancePath, `Lacks ${missing.join(", ")}.`, `Add ${missing.length === 1 ? "it" : "them"}.`);
    } else if (keyword === "additionalProperties") {
      const names = (params as { additionalProperties: string[] }).additionalProperties;
      const known = Object.keys((schemaAt(schemaPath) as { properties?: object }).properties ?? {});
      for (const name of names)
        faults.add(`${instancePath}/${name}`, "There is no such field.", `Known here are ${known.join(", ")}.`);
    } else if (keyword !== "boolean" && !told.has(instancePath)) {
      told.add(instancePath); // a value that fits no branch of a union fails each of them
      const seen = Value.Pointer.Get(json, instancePath);
      faults.add(instancePath, `Is ${shown(seen)}.`, `Give ${expectedAt(schemaPath)}.`);
    }
  }
}

/** What the innermost schema that says so expects. */
function expectedAt(schemaPath: string): string {
  for (let path = schemaPath; path.startsWith("#"); path = path.slice(0, path.lastIndexOf("/"))) {
    const { description } = schemaAt(path) as { description?: unknown };
    if (typeof description === "string") return description;
  }
  return "another value";
}

const schemaAt = (schemaPath: string): object => (Value.Pointer.Get(Setup, schemaPath.slice(1)) as object) ?? {};

const SHOWN_MAX = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
