import type { Brand } from "../../core/brand.ts";

/** Where `bridge` calls to, with nothing in it that FreeSWITCH would take for more than a place to call. */
export type DialString = Brand<string, "DialString">;

/** One place to call. */
export interface DialTarget {
  /** A gateway by its name, or a SIP profile with a host and port. */
  readonly via:
    | { readonly kind: "gateway"; readonly name: string }
    | { readonly kind: "profile"; readonly name: string; readonly host: string };
  /** The number or user to call, as the carrier wants it. */
  readonly number: string;
  /** Variables of the leg towards it, such as `leg_timeout`. */
  readonly variables: Readonly<Record<string, string>>;
}

const NAME = /^[\w.-]{1,80}$/;
const HOST = /^(?:[\w.-]{1,255}|\[[\da-fA-F:.]{2,45}\])(?::\d{1,5})?$/;
/** The number comes from the caller: commas, braces, dollars and slashes would make another dial string of it. */
const NUMBER = /^[\w+*#.-]{1,128}$/;
const VALUE = /^[\w+*#.:@/ -]{0,256}$/;
const TARGETS_MAX = 32;

/**
 * Targets in the order in which to try them; null when one of them has a sign that would make it mean something else.
 * Source: docs/reference/switch-protocols.md.
 */
export function dialString(targets: readonly DialTarget[]): DialString | null {
  if (targets.length === 0 || targets.length > TARGETS_MAX) return null;
  const parts = targets.map(targetText);
  return parts.includes(null) ? null : (parts.join("|") as DialString);
}

function targetText({ via, number, variables }: DialTarget): string | null {
  if (!NAME.test(via.name) || !NUMBER.test(number)) return null;
  if (via.kind === "profile" && !HOST.test(via.host)) return null;
  const settings = Object.entries(variables);
  if (!settings.every(([name, value]) => NAME.test(name) && VALUE.test(value))) return null;
  const prefix = settings.length === 0 ? "" : `[${settings.map(([name, value]) => `${name}=${value}`).join(",")}]`;
  const place =
    via.kind === "gateway" ? `sofia/gateway/${via.name}/${number}` : `sofia/${via.name}/${number}@${via.host}`;
  return prefix + place;
}
