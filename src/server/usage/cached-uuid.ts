import { uuidBytes } from "../db/binary-copy.ts";

const cache = new Map<string, string>();
const CACHE_MAX = 100_000;

/** {@link uuidBytes} of a book, account or tariff: they repeat in every row, so their bytes are made once. */
export function cachedUuid(uuid: string): string {
  const cached = cache.get(uuid);
  if (cached !== undefined) return cached;
  if (cache.size >= CACHE_MAX) cache.clear();
  const bytes = uuidBytes(uuid);
  cache.set(uuid, bytes);
  return bytes;
}
