import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The root of the repository. */
export const REPOSITORY = resolve(import.meta.dirname, "../..");

/** One text file of the repository; `path` is relative to its root, with "/" between folders. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Files that git tracks, or would on `git add`, and whose path matches. A clone and a working tree agree on them. */
export function sourceFiles(matching: RegExp): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: REPOSITORY,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed
    .split("\0")
    .filter((path) => path !== "" && matching.test(path) && existsSync(join(REPOSITORY, path)))
    .map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), "utf8") }));
}
