import { access, constants, copyFile, mkdir, open, rename, unlink } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileNotMoved } from "./problems.ts";
import { fileFault } from "./read-file.ts";

/**
 * Moves a file into a folder, which is made if need be; one that has the name of another there gets a number:
 * "cdr.csv", "cdr~2.csv".
 * On another disk it appears under its name when it is whole. Answers its new path; undefined when the file has gone
 * meanwhile.
 *
 * Errors: Problem `file-not-moved`.
 */
export async function moveFile(path: string, folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true });
    const target = await claimName(folder, basename(path));
    try {
      await rename(path, target).catch((error: unknown) => copyAcross(error, path, target));
    } catch (error) {
      await unlink(target);
      throw error;
    }
    return target;
  } catch (error) {
    if (!(await exists(path))) return undefined;
    throw fileNotMoved({ path, folder, reason: fileFault(error), cause: error });
  }
}

async function copyAcross(error: unknown, path: string, target: string): Promise<void> {
  if (codeOf(error) !== "EXDEV") throw error;
  const unfinished = `${target}.part`;
  await copyFile(path, unfinished);
  await rename(unfinished, target);
  await unlink(path);
}

/** Takes a free name by an empty file: two folders may move files of one name to the same place at the same time. */
async function claimName(folder: string, name: string): Promise<string> {
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 1; ; number += 1) {
    const candidate = join(folder, number === 1 ? name : `${stem}~${number}${ending}`);
    try {
      await (await open(candidate, "wx")).close();
      return candidate;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
