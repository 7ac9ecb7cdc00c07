import type { BucketUnits } from "../allowance/bucket-units.ts";
import type { Nanos } from "../money/nanos.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";

/** A request that was answered. */
export interface AnsweredRequest<Answer> {
  /** What the protocol knows the request by: a repeat has the same. */
  readonly key: string;
  readonly answer: Answer;
  /** Its number among those of its session, where the protocol counts them. */
  readonly number?: number;
}

/** What a session holds of one payer's money and allowances. */
export interface Hold {
  readonly accountId: string;
  readonly amount: Nanos;
  readonly units: readonly BucketUnits[];
  /** What the call has cost so far, by its reports; only of an account that is warned of a low balance. */
  readonly used?: Nanos;
  /** Scopes of limits that it is counted in, beside the account's own. */
  readonly scopes?: readonly string[];
}

/** Seconds for which a session may be silent beyond its grant before it is given up. */
export interface Silence {
  /** Before the answer: the time that a call may ring. */
  readonly ringS: number;
  /** After it: for a report that is late. */
  readonly reportS: number;
}

/** Answers that are kept of one session: more than any switch has under way at once. */
const ANSWERS_MAX = 8;

/** The answer that a request with this key was given; undefined: it is a new one. */
export const earlierAnswer = <Answer>(answers: readonly AnsweredRequest<Answer>[], key: string): Answer | undefined =>
  answers.find((answered) => answered.key === key)?.answer;

/**
 * The answers with one more, or with another in the place of the one to the same request; the first, which opened the
 * session, is kept, and of the others the latest. What is forgotten stays so.
 */
export function keepAnswer<Answer>(
  answers: readonly AnsweredRequest<Answer>[],
  answered: AnsweredRequest<Answer>,
): readonly AnsweredRequest<Answer>[] {
  if (answers.some(({ key }) => key === answered.key))
    return answers.map((before) => (before.key === answered.key ? answered : before));
  if (isForgotten(answers, answered.number)) return answers;
  const [first, ...rest] = answers;
  return first === undefined ? [answered] : [first, ...[...rest, answered].slice(1 - ANSWERS_MAX)];
}

/**
 * Whether a request of that number came before all that is remembered: then it was answered and is forgotten, or it was
 * overtaken by more requests than any switch has under way.
 */
export function isForgotten(answers: readonly AnsweredRequest<unknown>[], number: number | undefined): boolean {
  if (number === undefined || answers.length < ANSWERS_MAX) return false;
  return answers.slice(1).every((answered) => answered.number !== undefined && answered.number > number);
}

/** When a session is given up of which nothing more is heard: after the time it may talk, and the silence allowed. */
export function givenUpAt(
  now: EpochMs,
  session: { readonly answeredAt: EpochMs | null; readonly usedS: number; readonly grantedS: number },
  { ringS, reportS }: Silence,
): EpochMs {
  const leftS = Math.max(0, session.grantedS - session.usedS);
  return epochMs(now + (leftS + (session.answeredAt === null ? ringS + reportS : reportS)) * 1_000);
}
