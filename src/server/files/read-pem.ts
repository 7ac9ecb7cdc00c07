import { readFile } from "node:fs/promises";
import { fileFault } from "../mediation/read-file.ts";
import { tlsFileUnreadable } from "./problems.ts";

/** The text of a PEM file that a setting names. Errors: Problem `tls-file-unreadable`, which names the variable. */
export async function readPem(variable: string, path: string | null): Promise<string> {
  if (path === null) throw tlsFileUnreadable({ variable, reason: "it is not set" });
  return await readFile(path, "utf8").catch((error: unknown) => {
    throw tlsFileUnreadable({ variable, reason: `${path}: ${fileFault(error)}` });
  });
}
