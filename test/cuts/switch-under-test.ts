import type { CallCutter, CallToCut, CutOutcome } from "../../src/server/switches/call-cutter.ts";

/** A switch that ends every call it is told to, unless a test says otherwise. */
export class SwitchUnderTest implements CallCutter {
  readonly way = "radius";
  isConnected = true;
  outcome: CutOutcome = { kind: "ended" };
  /** Keys of the calls that it was told to end, in order. */
  readonly told: string[] = [];

  reaches(_call: CallToCut): boolean {
    return this.isConnected;
  }

  async cut(call: CallToCut): Promise<CutOutcome> {
    this.told.push(call.attempt.key);
    return this.outcome;
  }
}
