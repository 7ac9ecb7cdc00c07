import { readFileSync } from "node:fs";
import { compileNumberPlan, DEFAULT_NUMBER_RULES, type NumberPlan } from "../../src/core/numbering/number-plan.ts";

export interface NumberVector {
  /** "called.txt:24" */
  readonly place: string;
  readonly plan: NumberPlan;
  readonly raw: string;
  readonly expected: string;
  readonly why: string;
}

/** The cases of a file under test/vectors/numbering/; a line that can't be read throws, with its place. */
export function readNumberVectors(name: string): NumberVector[] {
  const lines = readFileSync(new URL(`../vectors/numbering/${name}`, import.meta.url), "utf8").split("\n");
  const plans = new Map<string, NumberPlan>();
  return lines.flatMap((line, index) => {
    const place = `${name}:${index + 1}`;
    if (line === "" || line.startsWith("#")) return [];
    const definition = /^plan (\w+)\s*(.*)$/.exec(line);
    if (definition) {
      plans.set(definition[1] as string, compilePlan(definition[2] as string, place));
      return [];
    }
    const [plan, raw, expected, why] = line.split("|").map((text) => text.trim());
    const compiled = plans.get(plan ?? "");
    if (!compiled || raw === undefined || expected === undefined || !why) throw new Error(`${place}: ${line}`);
    return [{ place, plan: compiled, raw, expected, why }];
  });
}

function compilePlan(text: string, place: string): NumberPlan {
  const settings = new Map<string, string | undefined>();
  for (const part of text.split(" ")) {
    const [name = "", value] = part.split("=");
    settings.set(name, value);
  }
  for (const name of settings.keys())
    if (!["", "country", "international", "tech", "short", "prefixes", "national"].includes(name))
      throw new Error(`${place}: unknown setting ${name}`);
  const list = (name: string) => settings.get(name)?.split(",") ?? [];
  return compileNumberPlan({
    ...DEFAULT_NUMBER_RULES,
    defaultCountry: settings.get("country") ?? null,
    alreadyInternational: settings.has("international"),
    internationalPrefixes: settings.has("prefixes") ? list("prefixes") : null,
    nationalPrefix: settings.get("national") ?? null,
    techPrefixes: list("tech"),
    shortCodes: list("short"),
  });
}
