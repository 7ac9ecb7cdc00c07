import { rm } from "node:fs/promises";
import { dirname, posix } from "node:path";
import { moveFile } from "../mediation/move-file.ts";
import type { FilePullSettings } from "./file-pull-settings.ts";
import type { FileServer } from "./file-server.ts";
import type { SeenFile } from "./seen-file-store.ts";

/**
 * Does with the server's file what the settings ask for, once its rows are committed. One that has changed since it was
 * fetched is left: the next look finds it. Errors: Problem `pulled-file-refused`.
 */
export async function finishFile(server: FileServer, file: SeenFile, settings: FilePullSettings): Promise<void> {
  const { after, marker, renameSuffix, moveTo } = settings;
  const now = await server.look(file.path);
  if (now !== undefined) {
    if (now.sizeBytes !== file.sizeBytes || (now.stamp ?? file.stamp) !== file.stamp) return;
    if (after === "delete") await server.remove(file.path);
    else {
      const target = after === "rename" ? file.path + renameSuffix : posix.join(moveTo ?? "", file.path);
      await server.move(file.path, await freePath(server, target));
    }
  }
  if (marker !== null) await server.remove(file.path + marker);
}

/** The first of "cdr.csv", "cdr~2.csv" … that is free: a move may not take another file's place. */
async function freePath(server: FileServer, path: string): Promise<string> {
  const { dir, name, ext } = posix.parse(path);
  for (let number = 2, candidate = path; ; number += 1) {
    if ((await server.look(candidate)) === undefined) return candidate;
    candidate = posix.join(dir, `${name}~${number}${ext}`);
  }
}

/** Keeps a fetched file in `doneDir`, or removes it, with the folder that was made for it. */
export async function disposeOf(path: string, doneDir: string | null): Promise<void> {
  if (doneDir !== null) await moveFile(path, doneDir);
  await rm(dirname(path), { recursive: true, force: true });
}
