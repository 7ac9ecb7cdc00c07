import { inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  /** Size the archive declares; {@link inflatedSize} finds the real one. */
  readonly declaredBytes: number;
  readonly compressed: Uint8Array;
  readonly deflated: boolean;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER_BYTES = 30;

/** Entries by the central directory of a ZIP archive (APPNOTE 6.3.10 §4.3), or undefined when there is none. */
export function zipEntries(bytes: Uint8Array): ZipEntry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEndOfDirectory(view);
  if (end === -1) return undefined;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: ZipEntry[] = [];
  for (let entry = 0; entry < count; entry += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY) return undefined;
    const nameBytes = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    if (local + LOCAL_HEADER_BYTES > bytes.length) return undefined;
    const dataAt = local + LOCAL_HEADER_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes)),
      declaredBytes: view.getUint32(at + 24, true),
      compressed: bytes.subarray(dataAt, dataAt + view.getUint32(at + 20, true)),
      deflated: view.getUint16(at + 10, true) === 8,
    });
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * Bytes that all entries have when unpacked, or undefined when they are more than `limitBytes`. The declared sizes are
 * only a first look, since a bomb lies about them: each entry is really unpacked, and dropped, under the limit.
 */
export function inflatedSize(entries: readonly ZipEntry[], limitBytes: number): number | undefined {
  if (entries.reduce((sum, entry) => sum + entry.declaredBytes, 0) > limitBytes) return undefined;
  let total = 0;
  for (const { compressed, deflated } of entries) {
    try {
      const left = Math.max(limitBytes - total, 1);
      total += deflated ? inflateRawSync(compressed, { maxOutputLength: left }).length : compressed.length;
    } catch {
      return undefined;
    }
    if (total > limitBytes) return undefined;
  }
  return total;
}

/** The record stands in the last 22 bytes, or before a comment of at most 65,535. */
function findEndOfDirectory(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - 22 - 65_535);
  for (let at = view.byteLength - 22; at >= lowest; at -= 1) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  return -1;
}
