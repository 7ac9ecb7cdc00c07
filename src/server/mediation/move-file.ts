import { access, constants, copyFile, link, mkdir, open, rename, stat, unlink } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileNotMoved } from "./problems.ts";
import { fileFault } from "./read-file.ts";

/**
 * Moves a file into a folder, which is made if need be; one that has the name of another there gets a number:
 * "cdr.csv", "cdr~2.csv". Two folders may move files of one name to the same place at the same time. Killed at any
 * moment and called again, it leaves one file; on another disk, where it appears under its name when it is whole, an
 * empty one may stay beside it. Answers its new path; undefined when the file has gone meanwhile.
 *
 * Errors: Problem `file-not-moved`.
 */
export async function moveFile(path: string, folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true });
    const target = await linkInto(folder, path).catch((error: unknown) => {
      if (CANNOT_LINK.has(String(codeOf(error)))) return copyInto(folder, path);
      throw error;
    });
    await unlink(path);
    return target;
  } catch (error) {
    if (!(await exists(path))) return undefined;
    throw fileNotMoved({ path, folder, reason: fileFault(error), cause: error });
  }
}

/** Another disk, or one whose file system has no second names for files. */
const CANNOT_LINK = new Set(["EXDEV", "EPERM", "ENOTSUP", "ENOSYS"]);

/** Gives the file a second, free name: a rename would take the place of another. */
const linkInto = (folder: string, path: string): Promise<string> =>
  firstFree(folder, basename(path), async (candidate) => {
    try {
      await link(path, candidate);
      return true;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      return areOneFile(path, candidate); // a move that was killed got so far
    }
  });

async function copyInto(folder: string, path: string): Promise<string> {
  const target = await claimName(folder, basename(path));
  try {
    const unfinished = `${target}.part`;
    await copyFile(path, unfinished);
    await rename(unfinished, target);
    return target;
  } catch (error) {
    await unlink(target);
    throw error;
  }
}

/** Takes a free name by an empty file. */
const claimName = (folder: string, name: string): Promise<string> =>
  firstFree(folder, name, async (candidate) => {
    try {
      await (await open(candidate, "wx")).close();
      return true;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      return false;
    }
  });

/** The first of "cdr.csv", "cdr~2.csv", "cdr~3.csv" … that can be taken. */
async function firstFree(folder: string, name: string, take: (path: string) => Promise<boolean>): Promise<string> {
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 1; ; number += 1) {
    const candidate = join(folder, number === 1 ? name : `${stem}~${number}${ending}`);
    if (await take(candidate)) return candidate;
  }
}

async function areOneFile(path: string, other: string): Promise<boolean> {
  const [here, there] = await Promise.all([stat(path, { bigint: true }), stat(other, { bigint: true })]);
  return here.dev === there.dev && here.ino === there.ino;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
