/** A switch's line to Tollwright: a step of a call is over when it is answered as it should be, or else throws. */
export interface CallLine {
  authorise(call: number): Promise<void>;
  /** The call is answered. */
  start(call: number): Promise<void>;
  /** It goes on; `number` counts its reports from 1. */
  report(call: number, report: { readonly number: number; readonly talkedS: number }): Promise<void>;
  /** It is over; `number` goes on counting. */
  stop(call: number, report: { readonly number: number; readonly talkedS: number }): Promise<void>;
  close(): Promise<void>;
}

const REPORTED_S = [30, 60, 90];
/** Talk time of each call. */
export const TALKED_S = 120;

/** A call from its authorisation to its stop, with three reports between. */
export async function wholeCall(line: CallLine, call: number): Promise<void> {
  await line.authorise(call);
  await line.start(call);
  for (const [index, talkedS] of REPORTED_S.entries()) await line.report(call, { number: index + 1, talkedS });
  await line.stop(call, { number: REPORTED_S.length + 1, talkedS: TALKED_S });
}
