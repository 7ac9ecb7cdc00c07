import { readFile } from "node:fs/promises";
import type { Config } from "../../config.ts";
import { fileFault } from "../mediation/read-file.ts";
import type { RadsecOptions } from "./listen-radsec.ts";
import { radiusTlsUnreadable } from "./problems.ts";

export type RadiusTlsConfig = Pick<Config, "radiusTlsCert" | "radiusTlsKey" | "radiusTlsCa">;

/** What RADIUS over TLS needs, from the files that the settings name. Errors: Problem `radius-tls-unreadable`. */
export async function readTlsFiles(config: RadiusTlsConfig): Promise<Pick<RadsecOptions, "cert" | "key" | "ca">> {
  return {
    cert: await pem("TOLLWRIGHT_RADIUS_TLS_CERT", config.radiusTlsCert),
    key: await pem("TOLLWRIGHT_RADIUS_TLS_KEY", config.radiusTlsKey),
    ca: await pem("TOLLWRIGHT_RADIUS_TLS_CA", config.radiusTlsCa),
  };
}

async function pem(variable: string, path: string | null): Promise<string> {
  if (path === null) throw radiusTlsUnreadable({ variable, reason: "it is not set" });
  return await readFile(path, "utf8").catch((error: unknown) => {
    throw radiusTlsUnreadable({ variable, reason: `${path}: ${fileFault(error)}` });
  });
}
