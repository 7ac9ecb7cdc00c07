/** The times of a call in milliseconds since 1970, UTC; null where its record has none. */
export interface CallTimes {
  readonly started: number | null;
  readonly answered: number | null;
  readonly ended: number | null;
}

/**
 * What the switch timed, in milliseconds; null where it did not. Times that differ by more than `toleranceMs` clash.
 */
export interface CallLengths {
  readonly totalMs: number | null;
  readonly talkedMs: number | null;
  readonly toleranceMs: number;
}

export const UNTIMED: CallLengths = { totalMs: null, talkedMs: null, toleranceMs: 0 };

/**
 * Which instants are meant where clocks showed a local time twice, because summer time ended. `read` has them by the
 * source's `fold`, `other` the instants that it did not choose (null: there is only one). The setting stands
 * wherever it can be true: another instant is taken only when start, answer, end and the timed durations agree with
 * it, and not with the setting. Where nothing agrees `read` comes back, for the checks to say what is wrong with it.
 */
export function chooseFolds(read: CallTimes, other: CallTimes, lengths: CallLengths): CallTimes {
  if (!hasFold(other)) return read;
  for (const started of instants(read.started, other.started))
    for (const answered of instants(read.answered, other.answered))
      for (const ended of instants(read.ended, other.ended)) {
        const times = { started, answered, ended };
        if (canBeTrue(times, lengths)) return times;
      }
  return read;
}

/** Whether any time has a second instant: hardly ever, so the hot path asks first. */
export const hasFold = ({ started, answered, ended }: CallTimes): boolean =>
  started !== null || answered !== null || ended !== null;

const instants = (read: number | null, other: number | null): (number | null)[] =>
  other === null ? [read] : [read, other];

function canBeTrue({ started, answered, ended }: CallTimes, lengths: CallLengths): boolean {
  const { totalMs, talkedMs, toleranceMs } = lengths;
  return (
    isInOrder(started, answered, 0) &&
    isInOrder(started, ended, Math.max(0, (talkedMs ?? 0) - toleranceMs)) &&
    isInOrder(answered, ended, 0) &&
    isOfLength(started, ended, totalMs, toleranceMs) &&
    isOfLength(answered, ended, talkedMs, toleranceMs)
  );
}

const isInOrder = (from: number | null, until: number | null, leastMs: number): boolean =>
  from === null || until === null || until - from >= leastMs;

const isOfLength = (from: number | null, until: number | null, timedMs: number | null, toleranceMs: number): boolean =>
  from === null || until === null || timedMs === null || Math.abs(until - from - timedMs) <= toleranceMs;
