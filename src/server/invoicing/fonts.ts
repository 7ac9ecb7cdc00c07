import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The fonts of printed documents: families in the order in which glyphs are looked for, and the files. */
export interface DocumentFonts {
  readonly families: readonly string[];
  readonly files: readonly Buffer[];
}

/** Regular and bold; templates use no other. */
const WEIGHTS = ["400Regular", "700Bold"] as const;

/** Latin, Greek, Cyrillic and Devanagari; first, so that figures look alike in every language. */
const MAIN = "noto-sans";

/** Before Noto Sans Arabic, which draws dots and letters apart: text copied or searched in a PDF of it is garbled. */
const ARABIC = "ibm-plex-sans-arabic";

/**
 * Every Noto Sans that is installed as `@expo-google-fonts/noto-sans-…`. Fonts of the system are never used, so that a
 * document looks the same wherever it is printed; another script is one `npm install` away.
 */
export function loadFonts(): DocumentFonts {
  const scope = fontsDirectory();
  const scripts = readdirSync(scope).filter((name) => name.startsWith(`${MAIN}-`));
  const packages = [MAIN, ARABIC, ...scripts.sort()];
  return {
    families: packages.map((name) => familyOf(join(scope, name))),
    files: packages.flatMap((name) => WEIGHTS.flatMap((weight) => fontFiles(join(scope, name, weight)))),
  };
}

function fontsDirectory(): string {
  const main = fileURLToPath(import.meta.resolve(`@expo-google-fonts/${MAIN}/metadata.json`));
  return dirname(dirname(main));
}

function familyOf(directory: string): string {
  const { family } = JSON.parse(readFileSync(join(directory, "metadata.json"), "utf8")) as { family: string };
  return family;
}

function fontFiles(directory: string): Buffer[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".ttf"))
    .map((name) => readFileSync(join(directory, name)));
}
