import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../vectors/diameter", import.meta.url));

/** A case of a vector file: bytes, and what they are. */
export interface VectorCase {
  readonly file: string;
  readonly kind: "avps" | "message" | "stream";
  readonly why: string;
  readonly bytes: Buffer;
  /** What the bytes are, as lines. */
  readonly expected: readonly string[];
}

/** All cases of all files: see test/vectors/README.md. */
export function vectorCases(): VectorCase[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".txt"))
    .flatMap((file) => casesOf(file, readFileSync(`${FOLDER}/${file}`, "utf8")));
}

function casesOf(file: string, text: string): VectorCase[] {
  const [, ...parts] = text.split(/^=== /m);
  return parts.map((part) => {
    const [title = "", ...lines] = part.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
    const [, kind, why] = /^(avps|message|stream) \| (.*)$/.exec(title) ?? [];
    const divider = lines.indexOf("gives");
    if (kind === undefined || why === undefined || divider < 0) throw new Error(`${file}: ${title}: no case`);
    const hex = lines.slice(0, divider).map((line) => line.replace(/#.*/, "").replace(/\s/g, ""));
    return {
      ...{ file, kind: kind as VectorCase["kind"], why },
      bytes: Buffer.from(hex.join(""), "hex"),
      expected: lines.slice(divider + 1).map((line) => line.trimEnd()),
    };
  });
}
