import { invariant } from "../invariant.ts";
import { DAY_MS } from "../time/civil-day.ts";

/** One answered call as one of two switches saw it. */
export interface Sighting {
  /** What both write alike: the call's id, or the two numbers. */
  readonly key: string;
  /** Milliseconds since 1970, by that switch's clock. */
  readonly at: number;
}

/** How the clock of the second switch stands against the first one's. */
export interface ClockOffset {
  /** Calls that both saw. */
  readonly calls: number;
  /** Median of second − first: above 0, the second clock is ahead. */
  readonly offsetMs: number;
  /** How much further ahead it goes each day; null where the calls lie within a day. */
  readonly trendMsPerDay: number | null;
  /** Median distance of calls from their median: what the clocks' resolution and the network add. */
  readonly spreadMs: number;
  /** Whole quarters of an hour that the offset is, if it is: a wrong time zone or summer time, and no drift. */
  readonly zoneMinutes: number | null;
}

const HOUR_MS = 3_600_000;
/** The widest mistake in a time zone: from −12 to +14 hours. */
const OFFSET_MS_MAX = 26 * HOUR_MS;
const BIN_MS = 60_000;
/** Calls of one pair of numbers that are told apart; more are a machine that dials all day. */
const SAME_KEY_MAX = 40;
/** How far from the most frequent offset a call may lie to be the same call. */
const MATCH_MS = 300_000;
const CALLS_MIN = 10;
const TREND_STEPS = 48;
/** Offsets from here on, near a whole quarter of an hour, are zones. */
const ZONE_MS_MIN = 14 * 60_000;
const ZONE_SLACK_MS = 120_000;
const QUARTER_MS = 900_000;
/** Makes a median distance comparable to a standard deviation, for normal noise. */
const MAD_TO_SIGMA = 1.4826;

/**
 * Estimates how two switches' clocks differ from calls that both saw, by numbers and time alone: some calls are seen by
 * one of them only, and some numbers call each other often.
 *
 * Every pair of sightings of one key votes for its difference; the minute with the most votes is the offset, roughly.
 * Around it each sighting finds its nearest partner once, far ones fall out by their distance in medians, and the
 * median of the rest is the answer. The trend is the median of the slopes between medians over time (Theil and Sen), so
 * that a few wrong calls move neither. null: fewer than 10 calls were seen by both.
 */
export function estimateClockOffset(first: readonly Sighting[], second: readonly Sighting[]): ClockOffset | null {
  const keys = pairKeys(first, second);
  const centre = mostFrequentOffset(keys);
  if (centre === null) return null;
  const matched = keys.flatMap(({ ours, theirs }) => matchNearest(ours, theirs, centre));
  const kept = withoutOutliers(matched);
  if (kept.length < CALLS_MIN) return null;
  const offsetMs = median(kept.map(({ differenceMs }) => differenceMs));
  const spreadMs = median(kept.map(({ differenceMs }) => Math.abs(differenceMs - offsetMs)));
  return { calls: kept.length, offsetMs, trendMsPerDay: trendOf(kept), spreadMs, zoneMinutes: zoneOf(offsetMs) };
}

interface KeyPair {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

interface Match {
  readonly at: number;
  readonly differenceMs: number;
}

function pairKeys(first: readonly Sighting[], second: readonly Sighting[]): readonly KeyPair[] {
  const theirsByKey = timesByKey(second);
  return [...timesByKey(first)].flatMap(([key, ours]) => {
    const theirs = theirsByKey.get(key);
    if (theirs === undefined || ours.length > SAME_KEY_MAX || theirs.length > SAME_KEY_MAX) return [];
    return [{ ours, theirs }];
  });
}

function timesByKey(sightings: readonly Sighting[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { key, at } of [...sightings].sort((a, b) => a.at - b.at)) {
    const ofKey = times.get(key);
    if (ofKey === undefined) times.set(key, [at]);
    else ofKey.push(at);
  }
  return times;
}

/** The middle of the three minutes with the most votes; of equals, the one nearest to no offset. */
function mostFrequentOffset(keys: readonly KeyPair[]): number | null {
  const votes = new Map<number, number>();
  for (const { ours, theirs } of keys) {
    // Numbers that meet often say little of any one difference: a key has one vote for each of its calls.
    const weight = 1 / Math.max(ours.length, theirs.length);
    for (const a of ours)
      for (const b of theirs) {
        if (Math.abs(b - a) > OFFSET_MS_MAX) continue;
        const bin = Math.floor((b - a) / BIN_MS + 0.5);
        votes.set(bin, (votes.get(bin) ?? 0) + weight);
      }
  }
  let best: { readonly bin: number; readonly count: number } | null = null;
  for (const bin of votes.keys()) {
    const count = (votes.get(bin - 1) ?? 0) + (votes.get(bin) ?? 0) + (votes.get(bin + 1) ?? 0);
    const isNearer = best !== null && (Math.abs(bin) < Math.abs(best.bin) || (bin === -best.bin && bin > 0));
    if (best === null || count > best.count + 1e-9 || (count > best.count - 1e-9 && isNearer)) best = { bin, count };
  }
  return best === null ? null : best.bin * BIN_MS;
}

/** Pairs sightings of one key, the nearest to the offset first, each once. */
function matchNearest(ours: readonly number[], theirs: readonly number[], centre: number): readonly Match[] {
  const pairs = ours
    .flatMap((a, i) => theirs.map((b, j) => ({ i, j, at: a, differenceMs: b - a, far: Math.abs(b - a - centre) })))
    .filter(({ far }) => far <= MATCH_MS)
    .sort((a, b) => a.far - b.far || a.i - b.i || a.j - b.j);
  const [ourTaken, theirTaken] = [new Set<number>(), new Set<number>()];
  return pairs.filter(({ i, j }) => {
    if (ourTaken.has(i) || theirTaken.has(j)) return false;
    ourTaken.add(i);
    theirTaken.add(j);
    return true;
  });
}

/** Drops what lies further from a moving median than calls usually do; a trend moves the median along. */
function withoutOutliers(matches: readonly Match[]): readonly Match[] {
  if (matches.length < CALLS_MIN) return matches;
  const sorted = [...matches].sort((a, b) => a.at - b.at);
  const slope = (trendOf(sorted) ?? 0) / DAY_MS;
  const from = sorted[0]?.at ?? 0;
  const level = (match: Match) => match.differenceMs - slope * (match.at - from);
  const middle = median(sorted.map(level));
  const usual = median(sorted.map((match) => Math.abs(level(match) - middle)));
  const farthest = Math.max(4 * MAD_TO_SIGMA * usual, 1_000);
  return sorted.filter((match) => Math.abs(level(match) - middle) <= farthest);
}

/** Median slope between the medians of pieces of equal numbers of calls; null where there is less than a day. */
function trendOf(matches: readonly Match[]): number | null {
  const sorted = [...matches].sort((a, b) => a.at - b.at);
  const spanMs = (sorted.at(-1)?.at ?? 0) - (sorted[0]?.at ?? 0);
  if (spanMs < DAY_MS) return null;
  const steps = Math.min(TREND_STEPS, Math.floor(sorted.length / 3));
  const pieces = Array.from({ length: steps }, (_, step) => {
    const piece = sorted.slice(
      Math.floor((step * sorted.length) / steps),
      Math.floor(((step + 1) * sorted.length) / steps),
    );
    return { at: median(piece.map(({ at }) => at)), ms: median(piece.map(({ differenceMs }) => differenceMs)) };
  });
  const slopes = pieces.flatMap((a, index) =>
    pieces
      .slice(index + 1)
      .flatMap((b) => (b.at - a.at < DAY_MS / 4 ? [] : [((b.ms - a.ms) / (b.at - a.at)) * DAY_MS])),
  );
  return slopes.length === 0 ? null : Math.floor(median(slopes) + 0.5);
}

function zoneOf(offsetMs: number): number | null {
  const quarters = Math.floor(offsetMs / QUARTER_MS + 0.5);
  if (Math.abs(offsetMs) < ZONE_MS_MIN || Math.abs(offsetMs - quarters * QUARTER_MS) > ZONE_SLACK_MS) return null;
  return quarters * 15;
}

function median(values: readonly number[]): number {
  invariant(values.length > 0, "a median is of something");
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor((sorted.length - 1) / 2);
  const [low = 0, high = low] = [sorted[half], sorted[sorted.length - 1 - half]];
  return (low + high) / 2;
}
