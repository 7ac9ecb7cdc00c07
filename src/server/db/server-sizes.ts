/** How much memory and disk the built-in server may take, in MiB. */
export interface ServerSizes {
  readonly sharedBuffersMib: number;
  /** Its log between two checkpoints. */
  readonly maxWalMib: number;
}

const MIB = 2 ** 20;

/**
 * Sizes for a machine with so many bytes of memory, and of free disk where the cluster is.
 *
 * Identities and indexes are touched all over: 40,000 records touch most pages of the index of 20 million identities.
 * Where they fit into shared buffers a row costs half as much as where each page is read and written back in turn
 * (17 against 33 µs), and a longer log writes each of them out whole less often. A quarter of the memory is
 * PostgreSQL's own advice; beyond 4 GiB it is the starts of commands that suffer.
 */
export const serverSizes = (memoryBytes: number, freeDiskBytes: number): ServerSizes => ({
  sharedBuffersMib: within(128, 4_096, memoryBytes / 4 / MIB),
  maxWalMib: within(1_024, 8_192, freeDiskBytes / 10 / MIB),
});

const within = (min: number, max: number, value: number): number => Math.max(min, Math.min(max, Math.floor(value)));
