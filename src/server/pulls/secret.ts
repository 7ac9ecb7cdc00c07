import { readFile } from "node:fs/promises";
import { secretVariable } from "../../config.ts";
import { fileFault } from "../mediation/read-file.ts";
import type { SecretFrom } from "./common-settings.ts";
import { pullSecretMissing } from "./problems.ts";

/**
 * Reads a secret where the settings say it stands. Line ends at its end are none of it: editors add them.
 *
 * `what` names it in a message: "password of sbc-2". Errors: Problem `pull-secret-missing`, which never shows any of
 * it.
 */
export async function readSecret(what: string, { env, file }: SecretFrom): Promise<string> {
  if (env !== undefined) {
    const value = secretVariable(env);
    if (value === undefined || value === "")
      throw pullSecretMissing({ what, from: `the environment variable ${env}`, reason: "it is not set" });
    return value;
  }
  const path = file ?? "";
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw pullSecretMissing({ what, from: `the file ${path}`, reason: fileFault(error) });
  });
  const secret = text.replace(/[\r\n]+$/, "");
  if (secret === "") throw pullSecretMissing({ what, from: `the file ${path}`, reason: "it is empty" });
  return secret;
}
