import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { isZone } from "../../core/time/zone.ts";
import { filePullFaults } from "./file-pull-settings.ts";
import { FtpPull, FtpsPull } from "./ftp-settings.ts";
import { S3Pull } from "./s3-settings.ts";
import { isCron } from "./schedule.ts";
import { SftpPull } from "./sftp-settings.ts";
import { SqlPull } from "./sql-settings.ts";

/** Every kind of pull with what can be set for it. A new one also gets its place in pullers.ts. */
export const PULL_KINDS = { sftp: SftpPull, ftp: FtpPull, ftps: FtpsPull, s3: S3Pull, sql: SqlPull } as const;

export type PullKind = keyof typeof PULL_KINDS;

/** What an operator sets for one pull of a source. */
export type PullSettings = { [Kind in PullKind]: Static<(typeof PULL_KINDS)[Kind]> }[PullKind];

const KINDS = Object.keys(PULL_KINDS);
const isKind = (kind: unknown): kind is PullKind => typeof kind === "string" && KINDS.includes(kind);
const Named = Type.Object({ name: Type.String(), kind: Type.String() });

/** Reads the pulls of a source and fills in defaults; every fault begins with where it is: "/pulls/0/port …". */
export function readPulls(json: readonly unknown[]): { readonly pulls: PullSettings[]; readonly faults: string[] } {
  const pulls: PullSettings[] = [];
  const faults: string[] = [];
  for (const [index, pull] of json.entries()) {
    const at = `/pulls/${index}`;
    const read = readPull(pull);
    if ("faults" in read) faults.push(...read.faults.map((fault) => `${at}${fault}`));
    else if (pulls.some(({ name }) => name === read.name))
      faults.push(`${at}/name "${read.name}" stands above already`);
    else pulls.push(read);
  }
  return { pulls, faults };
}

function readPull(json: unknown): PullSettings | { readonly faults: readonly string[] } {
  if (!Value.Check(Named, json) || !isKind(json.kind))
    return { faults: [` must have a name and a kind, one of ${KINDS.join(", ")}`] };
  const schema = PULL_KINDS[json.kind];
  const filled = Value.Default(schema, structuredClone(json));
  const faults = [...Value.Errors(schema, filled)].flatMap(faultsOf);
  if (faults.length > 0) return { faults };
  const pull = filled as PullSettings; // checked above
  const more = [...scheduleFaults(pull.schedule), ...filePullFaults(pull)];
  return more.length > 0 ? { faults: more } : pull;
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** A secret that stands in the setup would stand in the database, in backups and in lists. */
const SECRETS = new Map([
  ["password", "passwordFrom"],
  ["url", "urlFrom"],
  ["accessKey", "accessKeyFrom"],
  ["secretKey", "secretKeyFrom"],
  ["privateKey", "privateKeyFrom"],
  ["passphrase", "passphraseFrom"],
]);

function faultsOf({ keyword, instancePath, message, params }: SchemaError): string[] {
  if (keyword === "boolean") return []; // a field that is unknown, told of once
  if (keyword !== "additionalProperties") return [`${instancePath} ${message}`];
  return (params as { additionalProperties: string[] }).additionalProperties.map((field) => {
    const instead = SECRETS.get(field);
    const hint = instead ? `; give ${instead}, which names an environment variable or a file` : "";
    return `${instancePath}/${field} is no field of this kind of pull${hint}`;
  });
}

function scheduleFaults({ everyS, cron, timeZone }: PullSettings["schedule"]): string[] {
  const faults: string[] = [];
  if ((everyS === undefined) === (cron === undefined)) faults.push("/schedule must have either everyS or cron");
  if (cron !== undefined && !isCron(cron)) faults.push(`/schedule/cron "${cron}" is no cron pattern`);
  if (timeZone !== undefined && !isZone(timeZone)) faults.push(`/schedule/timeZone "${timeZone}" is no IANA time zone`);
  return faults;
}
