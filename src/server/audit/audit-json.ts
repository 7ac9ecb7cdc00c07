import type { Json } from "../../core/canonical-json.ts";
import { type Decimal, formatDecimal } from "../../core/money/decimal.ts";
import { nanos, nanosToSql } from "../../core/money/nanos.ts";

/** Names of what is a secret wherever it stands: only that there is one is kept. */
const SECRET = /(^|[a-z_])(password|secret|token|ha1|private_?key|pin)$/i;

/** A value of ours as the audit keeps it: amounts and rates as decimals, no secret, nothing of what is not there. */
export function auditJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return nanosToSql(nanos(value));
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object") return value as Json;
  if (Array.isArray(value)) return value.map(auditJson);
  if (isDecimal(value)) return formatDecimal(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON() as Json;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, shown(name, member)]));
}

const shown = (name: string, member: unknown): Json =>
  typeof member === "string" && SECRET.test(name) ? "(secret)" : auditJson(member);

const isDecimal = (value: object): value is Decimal =>
  "units" in value && typeof value.units === "bigint" && "scale" in value && typeof value.scale === "number";
