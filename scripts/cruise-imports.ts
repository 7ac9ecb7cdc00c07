import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { IMPORT_RULES } from "./import-rules.ts";

/** What the import check saw, so that a check that saw nothing cannot pass for one that found nothing. */
export interface ImportReport {
  readonly modules: number;
  readonly violations: readonly ImportViolation[];
}

export interface ImportViolation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

/**
 * Checks every module under `src` of the repository at `root` against {@link IMPORT_RULES}.
 *
 * The parser is swc: under TypeScript 7, which has no JavaScript interface, the default one sees no module and reports
 * no violation. A module or import statement on disk that the cruise missed is therefore a violation too ("unseen").
 */
export async function cruiseImports(root: string): Promise<ImportReport> {
  const { output } = await cruise(
    ["src"],
    {
      baseDir: root,
      parser: "swc",
      tsPreCompilationDeps: true, // type-only imports count: a type is knowledge too
      doNotFollow: { path: "node_modules" },
      validate: true,
      ruleSet: { forbidden: IMPORT_RULES },
    },
    { conditionNames: ["import", "node", "default", "types"], exportsFields: ["exports"] },
  );
  const { modules, summary } = output as ICruiseResult; // a string only with an output type
  const comments = new Map(IMPORT_RULES.map(({ name, comment }) => [name, comment]));
  const found = summary.violations.map(({ rule, from, to }) => {
    return { rule: rule.name, from, to, why: comments.get(rule.name) ?? "" };
  });
  const seen = new Map(modules.map(({ source, dependencies }) => [source, dependencies.map(({ module }) => module)]));
  return { modules: seen.size, violations: [...found, ...unseen(root, seen)] };
}

/** Compares with a plain reading of the files, which knows nothing of any parser. */
function unseen(root: string, seen: ReadonlyMap<string, readonly string[]>): ImportViolation[] {
  const why = "The import check did not see this. Is the parser broken?";
  return globSync("src/**/*.ts", { cwd: root }).flatMap((file) => {
    const source = file.replaceAll("\\", "/");
    const text = readFileSync(join(root, file), "utf8");
    const written = [...text.matchAll(/^(?:import|export|\}) [^;"']*?from "([^"]+)";$/gm)].map(([, module]) => module!);
    const dependencies = seen.get(source);
    if (!dependencies) return [{ rule: "unseen", from: source, to: source, why }];
    const missing = written.filter(
      (module) => !dependencies.includes(module.replace(/^node:/, "")) && !dependencies.includes(module),
    );
    return missing.map((module) => ({ rule: "unseen", from: source, to: module, why }));
  });
}
