import pino from "pino";
import type { Config } from "../../config.ts";
import { maskedText } from "./masked-text.ts";
import { isSecretField, REDACTED, redactedText } from "./redacted-text.ts";

/** Bounds of one line: what is deeper or longer is cut, whoever logs it. */
const DEPTH_MAX = 6;
const TEXT_MAX = 8_000;
const CAUSES_MAX = 4;
/** Fields of pino's own, in which a number is no telephone number. */
const OWN_FIELDS = new Set(["level", "time", "pid", "hostname"]);

/**
 * The log of a process: one JSON object a line. Whatever is logged, and by whom, a line is rewritten before it is
 * written: no passwords, tokens or log-ins, and of telephone numbers the last four digits are asterisks unless
 * `logNumbers` says otherwise (docs/reference/config.md).
 */
export function openLog(
  { logLevel, logNumbers }: Pick<Config, "logLevel" | "logNumbers">,
  destination: pino.DestinationStream,
): pino.Logger {
  const shown = logNumbers === "full" ? redactedText : (text: string) => maskedText(redactedText(text));
  return pino(
    { level: logLevel, serializers: { err: plainError }, hooks: { streamWrite: (line) => clean(line, shown) } },
    destination,
  );
}

type Shown = (text: string) => string;

function clean(line: string, shown: Shown): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  return `${JSON.stringify(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        OWN_FIELDS.has(name) ? value : cleanValue(name, value, shown),
      ]),
    ),
  )}\n`;
}

function cleanValue(name: string, value: unknown, shown: Shown, depth = 0): unknown {
  if (isSecretField(name)) return REDACTED;
  if (typeof value === "string") return shown(value.slice(0, TEXT_MAX));
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEPTH_MAX) return "…";
  if (Array.isArray(value)) return value.map((item) => cleanValue("", item, shown, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [shown(key), cleanValue(key, item, shown, depth + 1)]),
  );
}

/**
 * An error as it is logged. What else hangs on it is left out: errors of the database quote whole rows, those of
 * connections the request with its headers.
 */
function plainError(error: unknown, causes = 0): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name: type, message, stack, cause } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const because = cause === undefined || causes === CAUSES_MAX ? {} : { cause: plainError(cause, causes + 1) };
  return { type, message, ...code, stack, ...because };
}
