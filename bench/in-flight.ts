/** Sends requests with `most` always on their way; answers how long each took, in milliseconds. */
export async function inFlight(n: number, one: (i: number) => Promise<void>, most = 500): Promise<Float64Array> {
  const latencies = new Float64Array(n);
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < n) {
      const i = sent;
      sent += 1;
      const began = performance.now();
      await one(i);
      latencies[i] = performance.now() - began;
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, n) }, worker));
  return latencies;
}

/**
 * Sends requests at moments that a rate decides, whatever became of those before; answers how long each took from the
 * moment at which it was due, in milliseconds: a sender that falls behind does not hide it.
 */
export async function atRate(n: number, perS: number, one: (i: number) => Promise<void>): Promise<Float64Array> {
  const latencies = new Float64Array(n);
  const began = performance.now();
  const dueMs = (i: number) => began + (i / perS) * 1_000;
  const under: Promise<void>[] = [];
  for (let sent = 0; sent < n; ) {
    const nowMs = performance.now();
    for (; sent < n && dueMs(sent) <= nowMs; sent += 1) {
      const i = sent;
      const done = one(i).then(() => {
        latencies[i] = performance.now() - dueMs(i);
      });
      under.push(done);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  return latencies;
}
