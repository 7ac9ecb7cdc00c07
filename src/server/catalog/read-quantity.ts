import type { Allowance } from "../../core/allowance/pool-rules.ts";
import { parseDecimal } from "../../core/money/decimal.ts";
import { nanosFromDecimal } from "../../core/money/nanos.ts";
import { parseOctets } from "../../core/usage/octets.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { QuantitySetup } from "./package-setup.ts";

/** So many seconds, messages, octets or calls, or so much money in nanos. */
export interface Quantity {
  readonly unit: Allowance["unit"];
  readonly quantity: bigint;
}

const KINDS = ["minutes", "seconds", "messages", "octets", "calls", "amount"] as const;

/** The one quantity that a part of a package names; undefined after a fault. */
export function readQuantity(setup: QuantitySetup, pointer: string, faults: SetupFaults): Quantity | undefined {
  const named = KINDS.filter((kind) => setup[kind] !== undefined);
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const seen = named.length === 0 ? "No quantity is named" : `${named.join(" and ")} are named together`;
    faults.add(pointer, `${seen}.`, `Name one of ${KINDS.join(", ")}.`);
    return undefined;
  }
  return readUnits(kind, String(setup[kind]), `${pointer}/${kind}`, faults);
}

/** A number of a measure as whole seconds, messages, octets, calls or nanos; undefined after a fault. */
export function readUnits(
  kind: (typeof KINDS)[number],
  text: string,
  pointer: string,
  faults: SetupFaults,
): Quantity | undefined {
  if (kind === "octets") return readOctets(text, pointer, faults);
  const value = parseDecimal(text);
  if (value === undefined) return undefined; // the schema told of it
  if (kind === "amount") return { unit: "amount", quantity: nanosFromDecimal(value, "down") };
  const unitsEach = kind === "minutes" ? 60n : 1n;
  const scale = 10n ** BigInt(value.scale);
  const unit = kind === "minutes" ? "seconds" : kind;
  if ((value.units * unitsEach) % scale !== 0n) {
    faults.add(pointer, `${text} ${kind} are no whole ${unit}.`, "Round the number.");
    return undefined;
  }
  return { unit, quantity: (value.units * unitsEach) / scale };
}

function readOctets(text: string, pointer: string, faults: SetupFaults): Quantity | undefined {
  const octets = parseOctets(text);
  if (octets === undefined || octets === 0) {
    faults.add(pointer, `"${text}" is no number of octets.`, 'Write a number, or a size such as "5 GB" or "500 MiB".');
    return undefined;
  }
  return { unit: "octets", quantity: BigInt(octets) };
}
