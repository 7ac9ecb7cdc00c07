import { QUANTITY_MAX } from "./service-units.ts";

/** Sizes by name: of 1000s (SI), and of 1024s (IEC 80000-13). */
const SIZES: Readonly<Record<string, bigint>> = {
  "": 1n,
  B: 1n,
  kB: 1_000n,
  MB: 1_000_000n,
  GB: 1_000_000_000n,
  TB: 1_000_000_000_000n,
  KiB: 1n << 10n,
  MiB: 1n << 20n,
  GiB: 1n << 30n,
  TiB: 1n << 40n,
};

/**
 * Octets of a size as people write it: "1500", "100 kB", "2.5 GB", "1 MiB". Undefined for what is none, is no whole
 * number of octets, or is more than can be counted.
 */
export function parseOctets(text: string): number | undefined {
  const [, whole = "", fraction = "", name = ""] = /^(\d{1,16})(?:\.(\d{1,9}))? ?([kKMGT]?i?B)?$/.exec(text) ?? [];
  const size = SIZES[name];
  if (whole === "" || size === undefined) return undefined;
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * size;
  if (scaled % scale !== 0n || scaled / scale > BigInt(QUANTITY_MAX)) return undefined;
  return Number(scaled / scale);
}
