import { join, resolve } from "node:path";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { Problem } from "./core/problem.ts";
import { parseAddressRange } from "./core/tenancy/address-range.ts";
import { shownUrl } from "./shown-url.ts";

/** One thing an operator can set, by one environment variable. */
interface Setting<Schema extends TSchema> {
  readonly variable: string;
  readonly schema: Schema;
  readonly initial: Static<Schema>;
  /** What a valid value looks like, to finish the sentence "… is not …". */
  readonly expected: string;
}

const setting = <Schema extends TSchema>(settings: Setting<Schema>): Setting<Schema> => settings;

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });

/** An address to listen on; only this machine's own programs reach the initial one. */
const host = (variable: string) =>
  setting({
    variable,
    schema: Type.String({ pattern: "^[0-9A-Za-z.:-]+$" }),
    initial: "127.0.0.1",
    expected: "an IP address to listen on, such as 127.0.0.1 or 0.0.0.0",
  });

/** A port that is listened on where it is named; 0 takes any free one. */
const port = (variable: string) =>
  setting({
    variable,
    schema: Type.Union([Port, Type.Null()]),
    initial: null,
    expected: "a port, a whole number from 0 to 65535",
  });

/** A file that may be named. */
const path = (variable: string) =>
  setting({
    variable,
    schema: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
    initial: null,
    expected: "a file",
  });

/**
 * Everything that can be set. Each variable has its own section in docs/reference/config.md; the tidy test compares
 * the two lists. An unset or empty variable means `initial`.
 */
export const SETTINGS = {
  /** The PostgreSQL to use; null starts the embedded one under `dataDir`. */
  databaseUrl: setting({
    variable: "DATABASE_URL",
    schema: Type.Union([Type.String({ pattern: "^postgres(ql)?://\\S*$" }), Type.Null()]),
    initial: null,
    expected: "a PostgreSQL URL such as postgres://user:password@host:5432/database",
  }),
  /** Where the embedded database, imported files and invoices live; an absolute path once loaded. */
  dataDir: setting({
    variable: "TOLLWRIGHT_DATA_DIR",
    schema: Type.String({ minLength: 1 }),
    initial: "./data",
    expected: "a directory",
  }),
  /** Where archived months lie; null: the folder `archive` of `dataDir`. An absolute path once loaded. */
  archiveDir: setting({
    variable: "TOLLWRIGHT_ARCHIVE_DIR",
    schema: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
    initial: null,
    expected: "a directory",
  }),
  /**
   * The file with the key under which stored secrets are sealed; null: `secrets.key` of `dataDir`. Absolute once
   * loaded.
   */
  secretsKeyFile: path("TOLLWRIGHT_SECRETS_KEY_FILE"),
  httpHost: setting({
    variable: "TOLLWRIGHT_HTTP_HOST",
    schema: Type.String({ pattern: "^[0-9A-Za-z.:-]+$" }),
    initial: "127.0.0.1",
    expected: "an IP address or host name to listen on, such as 127.0.0.1 or 0.0.0.0",
  }),
  /** 0 takes any free port. */
  httpPort: setting({
    variable: "TOLLWRIGHT_HTTP_PORT",
    schema: Port,
    initial: 8080,
    expected: "a port, a whole number from 0 to 65535",
  }),
  /** PEM files: with them HTTP is spoken within TLS alone. */
  httpTlsCert: path("TOLLWRIGHT_HTTP_TLS_CERT"),
  httpTlsKey: path("TOLLWRIGHT_HTTP_TLS_KEY"),
  /** Authorities, one of which has to vouch for a client's certificate; null: clients need none. */
  httpTlsCa: path("TOLLWRIGHT_HTTP_TLS_CA"),
  /** What requests may name as their host, separated by commas; null: anything. */
  httpNames: setting({
    variable: "TOLLWRIGHT_HTTP_NAMES",
    schema: Type.Union([Type.String({ pattern: "^[0-9A-Za-z.:[\\]-]+(,[0-9A-Za-z.:[\\]-]+)*$" }), Type.Null()]),
    initial: null,
    expected: "host names separated by commas, such as billing.example.com,10.0.0.5",
  }),
  /** Ranges of proxies that may name the client's address, separated by commas; null: none. */
  httpProxies: setting({
    variable: "TOLLWRIGHT_HTTP_PROXIES",
    schema: Type.Union([Type.String({ pattern: "^[0-9A-Fa-f.:/]+(,[0-9A-Fa-f.:/]+)*$" }), Type.Null()]),
    initial: null,
    expected: "address ranges separated by commas, such as 10.0.0.0/8,fd00::/8",
  }),
  /** Requests that one key or user may send to the API in a minute, for each process. */
  httpRequestsPerMinute: setting({
    variable: "TOLLWRIGHT_HTTP_REQUESTS_PER_MINUTE",
    schema: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
    initial: 6_000,
    expected: "a whole number from 1 to 10000000",
  }),
  metricsHost: host("TOLLWRIGHT_METRICS_HOST"),
  /** null: no metrics are told, 0 takes any free port. */
  metricsPort: port("TOLLWRIGHT_METRICS_PORT"),
  /** What a scraper has to show as its bearer token; null: nothing. */
  metricsTokenFile: path("TOLLWRIGHT_METRICS_TOKEN_FILE"),
  /** Seconds for which a process that is to end says that it is not ready, and takes requests all the same. */
  drainS: setting({
    variable: "TOLLWRIGHT_DRAIN_S",
    schema: Type.Integer({ minimum: 0, maximum: 300 }),
    initial: 0,
    expected: "a whole number of seconds from 0 to 300",
  }),
  /** Seconds within which a process that is to end finishes what it has begun. */
  shutdownS: setting({
    variable: "TOLLWRIGHT_SHUTDOWN_S",
    schema: Type.Integer({ minimum: 1, maximum: 3_600 }),
    initial: 60,
    expected: "a whole number of seconds from 1 to 3600",
  }),
  syslogHost: host("TOLLWRIGHT_SYSLOG_HOST"),
  /** For UDP and TCP; null takes no syslog messages, 0 takes any free port. */
  syslogPort: port("TOLLWRIGHT_SYSLOG_PORT"),
  syslogTlsPort: port("TOLLWRIGHT_SYSLOG_TLS_PORT"),
  /** PEM files. */
  syslogTlsCert: path("TOLLWRIGHT_SYSLOG_TLS_CERT"),
  syslogTlsKey: path("TOLLWRIGHT_SYSLOG_TLS_KEY"),
  /** Authorities, one of which has to vouch for a sender's certificate; null: senders need none. */
  syslogTlsCa: path("TOLLWRIGHT_SYSLOG_TLS_CA"),
  radiusHost: host("TOLLWRIGHT_RADIUS_HOST"),
  /** null takes no requests, 0 takes any free port; 1812 is the usual one. */
  radiusAuthPort: port("TOLLWRIGHT_RADIUS_AUTH_PORT"),
  /** null takes no records, 0 takes any free port; 1813 is the usual one. */
  radiusAcctPort: port("TOLLWRIGHT_RADIUS_ACCT_PORT"),
  /** Requests and records within TLS; null takes none, 0 takes any free port; 2083 is the usual one. */
  radiusTlsPort: port("TOLLWRIGHT_RADIUS_TLS_PORT"),
  /** PEM files: ours, and the authorities of which one has to vouch for a client's certificate. */
  radiusTlsCert: path("TOLLWRIGHT_RADIUS_TLS_CERT"),
  radiusTlsKey: path("TOLLWRIGHT_RADIUS_TLS_KEY"),
  radiusTlsCa: path("TOLLWRIGHT_RADIUS_TLS_CA"),
  diameterHost: host("TOLLWRIGHT_DIAMETER_HOST"),
  /** null takes no peers, 0 takes any free port; 3868 is the usual one. */
  diameterPort: port("TOLLWRIGHT_DIAMETER_PORT"),
  /** Within TLS from the first octet; null takes no peers, 0 takes any free port; 5658 is the usual one. */
  diameterTlsPort: port("TOLLWRIGHT_DIAMETER_TLS_PORT"),
  /** PEM files: ours, and the authorities of which one has to vouch for a peer's certificate. */
  diameterTlsCert: path("TOLLWRIGHT_DIAMETER_TLS_CERT"),
  diameterTlsKey: path("TOLLWRIGHT_DIAMETER_TLS_KEY"),
  diameterTlsCa: path("TOLLWRIGHT_DIAMETER_TLS_CA"),
  /** What peers call us: our Origin-Host, of which all behind the first dot is our Origin-Realm. */
  diameterIdentity: setting({
    variable: "TOLLWRIGHT_DIAMETER_IDENTITY",
    schema: Type.String({ pattern: "^[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)+$", maxLength: 253 }),
    initial: "ocs.localdomain",
    expected: "a host name with its domain, such as ocs.example.com",
  }),
  agiHost: host("TOLLWRIGHT_AGI_HOST"),
  /** null answers no dialplan, 0 takes any free port; 4573 is the usual one. */
  agiPort: port("TOLLWRIGHT_AGI_PORT"),
  cgratesHost: host("TOLLWRIGHT_CGRATES_HOST"),
  /** null takes no connections of OpenSIPS's module cgrates, 0 takes any free port; 2014 is the usual one. */
  cgratesPort: port("TOLLWRIGHT_CGRATES_PORT"),
  eventSocketHost: host("TOLLWRIGHT_EVENT_SOCKET_HOST"),
  /** null answers no dialplan of FreeSWITCH, 0 takes any free port; 8084 is the usual one. */
  eventSocketPort: port("TOLLWRIGHT_EVENT_SOCKET_PORT"),
  /** Milliseconds within which every charging request is answered, by the database or for it. */
  chargingAnswerMs: setting({
    variable: "TOLLWRIGHT_CHARGING_ANSWER_MS",
    schema: Type.Integer({ minimum: 100, maximum: 10_000 }),
    initial: 800,
    expected: "a whole number of milliseconds from 100 to 10000",
  }),
  /** What one tenant's journal of an outage may take of the disk, in MiB. */
  chargingJournalMib: setting({
    variable: "TOLLWRIGHT_CHARGING_JOURNAL_MIB",
    schema: Type.Integer({ minimum: 32, maximum: 65_536 }),
    initial: 1_024,
    expected: "a whole number of MiB from 32 to 65536",
  }),
  /** Processes that charge the same tenants: each risks its part of what may be risked while the database is away. */
  chargingProcesses: setting({
    variable: "TOLLWRIGHT_CHARGING_PROCESSES",
    schema: Type.Integer({ minimum: 1, maximum: 1_000 }),
    initial: 1,
    expected: "a whole number of processes from 1 to 1000",
  }),
  /** Where people's browsers find Tollwright; null: on this machine only. Links in mails begin with it. */
  publicUrl: setting({
    variable: "TOLLWRIGHT_PUBLIC_URL",
    schema: Type.Union([
      Type.String({ pattern: "^(https://[0-9A-Za-z.-]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:\\d{1,5})?$" }),
      Type.Null(),
    ]),
    initial: null,
    expected: "an origin such as https://billing.example.com; http:// is for this machine only",
  }),
  /** The server that mails leave through; null: they wait. */
  smtpUrl: setting({
    variable: "TOLLWRIGHT_SMTP_URL",
    schema: Type.Union([
      Type.String({
        pattern: "^smtps?://([^@/\\s]+@)?([0-9A-Za-z.-]+|\\[[0-9A-Fa-f:.]+\\])(:\\d{1,5})?/?(\\?tls=optional)?$",
      }),
      Type.Null(),
    ]),
    initial: null,
    expected: "a mail server such as smtps://user:password@mail.example.com or smtp://mail.example.com:587",
  }),
  /** Who mails come from; null: they wait. */
  mailFrom: setting({
    variable: "TOLLWRIGHT_MAIL_FROM",
    schema: Type.Union([
      Type.String({ pattern: '^([^<>"\\r\\n,;@]{1,100} <[^<>\\s@,;]+@[^<>\\s@,;]+>|[^<>\\s@,;]+@[^<>\\s@,;]+)$' }),
      Type.Null(),
    ]),
    initial: null,
    expected: "an address such as billing@example.com or Example Telecom <billing@example.com>",
  }),
  /** Ranges of addresses of the operator's own network that webhooks may call, by plain HTTP too; "": none. */
  webhookAllow: setting({
    variable: "TOLLWRIGHT_WEBHOOK_ALLOW",
    schema: Type.Refine(Type.String(), (text) =>
      rangesIn(text).every((range) => parseAddressRange(range) !== undefined),
    ),
    initial: "",
    expected: "a list of addresses and ranges such as 10.1.0.0/16,192.0.2.7",
  }),
  /** Days for which deliveries of webhooks are kept once they have ended. */
  webhookLogDays: setting({
    variable: "TOLLWRIGHT_WEBHOOK_LOG_DAYS",
    schema: Type.Integer({ minimum: 1, maximum: 3_650 }),
    initial: 30,
    expected: "a whole number of days from 1 to 3650",
  }),
  logLevel: setting({
    variable: "TOLLWRIGHT_LOG_LEVEL",
    schema: Type.Enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
    initial: "info",
    expected: "one of trace, debug, info, warn, error, fatal, silent",
  }),
  /** Whether telephone numbers are whole in the log, or without their last digits. */
  logNumbers: setting({
    variable: "TOLLWRIGHT_LOG_NUMBERS",
    schema: Type.Enum(["masked", "full"]),
    initial: "masked",
    expected: "masked or full",
  }),
  /** The level of the line that each HTTP request writes. */
  logRequests: setting({
    variable: "TOLLWRIGHT_LOG_REQUESTS",
    schema: Type.Enum(["debug", "info"]),
    initial: "debug",
    expected: "debug or info",
  }),
  /** Set by build systems, to whatever they like: nobody watches progress bars there. */
  ci: setting({ variable: "CI", schema: Type.String(), initial: "", expected: "any text" }),
} as const;

type Key = keyof typeof SETTINGS;

/** The settings of one process, read once at its start and passed on from there. */
export type Config = { readonly [K in Key]: Static<(typeof SETTINGS)[K]["schema"]> } & {
  readonly archiveDir: string;
  readonly secretsKeyFile: string;
};

/** The ranges of a list. */
export const rangesIn = (text: string): readonly string[] => text.split(",").flatMap((one) => one.trim() || []);

/** The environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads every setting from the environment. The only reader of `process.env` in the program.
 *
 * Errors: one Problem `config-invalid` that lists every wrong variable, so that a start is mended in one go.
 */
export function loadConfig(env: Environment = process.env): Config {
  const wrong: string[] = [];
  const values = Object.entries(SETTINGS).map(([key, { variable, schema, initial, expected }]) => {
    const text = env[variable];
    const value = text === undefined || text === "" ? initial : read(text, schema);
    if (!Value.Check(schema, value)) wrong.push(`${variable}: "${shownUrl(text ?? "")}" is not ${expected}.`);
    return [key, value];
  });
  if (wrong.length > 0) throw configInvalid(wrong);
  const config = Object.fromEntries(values) as Config; // checked above, key by key
  const dataDir = resolve(config.dataDir);
  const archiveDir = resolve(config.archiveDir ?? join(dataDir, "archive"));
  const secretsKeyFile = resolve(config.secretsKeyFile ?? join(dataDir, "secrets.key"));
  return Object.freeze({ ...config, dataDir, archiveDir, secretsKeyFile });
}

/** Only plain whole numbers become numbers: "80x", "8.5" and " 80" stay text, and fail their schema. */
const read = (text: string, schema: TSchema): string | number =>
  takesNumbers(schema) && /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : text;

const takesNumbers = (schema: TSchema): boolean =>
  Type.IsInteger(schema) || (Type.IsUnion(schema) && schema.anyOf.some(takesNumbers));

const configInvalid = (wrong: readonly string[]): Problem =>
  new Problem("config-invalid", {
    what: `${wrong.length === 1 ? "A setting is" : `${wrong.length} settings are`} wrong. ${wrong.join(" ")}`,
    fix: "Correct or unset them and start again; docs/reference/config.md describes each.",
  });

/** A secret that a setup names instead of holding it; only variables that are meant to be named so can be read. */
export const secretVariable = (name: string, env: Environment = process.env): string | undefined =>
  name.startsWith("TOLLWRIGHT_SECRET_") ? env[name] : undefined;
