import type { CallCutter } from "./call-cutter.ts";

/** A way by which switches ask for their calls, as it runs in a process. */
export interface SwitchListener {
  /** What it listens for and where, to be read by who started it: "Diameter on 127.0.0.1:3868"; null: nothing. */
  readonly shown: string | null;
  /** How calls are ended at its switches; null: it cannot end them. */
  readonly cutter: CallCutter | null;
  /** Takes no more, and answers what is in work. */
  close(): Promise<void>;
}
