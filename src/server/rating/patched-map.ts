/** So many entries may differ before a map is copied. */
const PATCH_MAX = 10_000;

/**
 * A map like `base`, in which the entries of `keys` are as in `now`, or gone where `now` has none. Made in no time
 * however large `base` is, which stays as it was; once many entries differ, it is copied.
 */
export function patchedMap<Key, Value>(
  base: ReadonlyMap<Key, Value>,
  keys: readonly Key[],
  now: ReadonlyMap<Key, Value>,
): ReadonlyMap<Key, Value> {
  const patch = new Map<Key, Value | undefined>(base instanceof PatchedMap ? base.patch : []);
  for (const key of keys) patch.set(key, now.get(key));
  const patched = new PatchedMap<Key, Value>(base instanceof PatchedMap ? base.base : base, patch);
  return patch.size > PATCH_MAX ? new Map(patched) : patched;
}

/** `undefined` in the patch: no longer there. */
class PatchedMap<Key, Value> implements ReadonlyMap<Key, Value> {
  readonly base: ReadonlyMap<Key, Value>;
  readonly patch: ReadonlyMap<Key, Value | undefined>;

  constructor(base: ReadonlyMap<Key, Value>, patch: ReadonlyMap<Key, Value | undefined>) {
    this.base = base;
    this.patch = patch;
  }

  get(key: Key): Value | undefined {
    return this.patch.get(key) ?? (this.patch.has(key) ? undefined : this.base.get(key));
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    let size = this.base.size;
    for (const [key, value] of this.patch) size += Number(value !== undefined) - Number(this.base.has(key));
    return size;
  }

  *entries(): MapIterator<[Key, Value]> {
    for (const entry of this.base) if (!this.patch.has(entry[0])) yield entry;
    for (const [key, value] of this.patch) if (value !== undefined) yield [key, value];
  }

  *keys(): MapIterator<Key> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }

  forEach(callback: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }
}
