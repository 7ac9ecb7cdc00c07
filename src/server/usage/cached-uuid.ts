import { type UuidWords, uuidWords } from "../db/binary-copy.ts";

const cache = new Map<string, UuidWords>();
const CACHE_MAX = 100_000;

/** {@link uuidWords} of a book, account or tariff: they repeat in every row, so their words are made once. */
export function cachedUuid(uuid: string): UuidWords {
  const cached = cache.get(uuid);
  if (cached !== undefined) return cached;
  if (cache.size >= CACHE_MAX) cache.clear();
  const words = uuidWords(uuid);
  cache.set(uuid, words);
  return words;
}
