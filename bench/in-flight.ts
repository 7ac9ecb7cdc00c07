const IN_FLIGHT = 500;

/** Sends requests with `IN_FLIGHT` always on their way; answers how long each took, in milliseconds. */
export async function inFlight(n: number, one: (i: number) => Promise<void>): Promise<Float64Array> {
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
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, n) }, worker));
  return latencies;
}
