import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The fonts of printed documents: families in the order in which glyphs are looked for, and where their files are. */
export interface DocumentFonts {
  readonly families: readonly string[];
  readonly directories: readonly string[];
}

/** Regular and bold; templates use no other. */
const WEIGHTS = ["400Regular", "700Bold"] as const;

/** Latin, Greek, Cyrillic and Devanagari; first, so that figures look alike in every language. */
const MAIN = "noto-sans";

/** Before Noto Sans Arabic, which draws dots and letters apart: text copied or searched in a PDF of it is garbled. */
const ARABIC = "ibm-plex-sans-arabic";

/**
 * Every Noto Sans that is installed as `@expo-google-fonts/noto-sans-…`; another script is one `npm install` away.
 * These win over fonts of the system with the same names (tried with Debian's fonts-noto-core), and no others are
 * fallen back to, so a document looks the same wherever it is printed.
 */
export function documentFonts(): DocumentFonts {
  const scope = dirname(dirname(fileURLToPath(import.meta.resolve(`@expo-google-fonts/${MAIN}/metadata.json`))));
  const scripts = readdirSync(scope).filter((name) => name.startsWith(`${MAIN}-`));
  const packages = [MAIN, ARABIC, ...scripts.sort()].map((name) => join(scope, name));
  return {
    families: packages.map(familyOf),
    directories: packages.flatMap((name) => WEIGHTS.map((weight) => join(name, weight))).filter(existsSync),
  };
}

function familyOf(directory: string): string {
  const { family } = JSON.parse(readFileSync(join(directory, "metadata.json"), "utf8")) as { family: string };
  return family;
}
