/** Destinations that limits name together. */
export interface DestinationGroup {
  /** Unique in the tenant. */
  readonly name: string;
  /** Called numbers begin with one of them: digits, or "=" and the digits of a short code. */
  readonly prefixes: readonly string[];
  /** But not with one of these, where it is the longer one. */
  readonly except: readonly string[];
  /** Destinations of tariffs by their exact names, beside the numbers. */
  readonly destinations: readonly string[];
}

/** Where a call goes, as one of its payers' tariffs sees it. */
export interface CalledPlace {
  /** As stored: digits, or "=" and what is no E.164 number. */
  readonly calledText: string;
  readonly destination: string;
}

/**
 * Whether a call goes to a group: its number begins with one of the prefixes, and with no longer exception; or its
 * destination is one of those named, and its number no exception.
 */
export function isInGroup(
  { prefixes, except, destinations }: DestinationGroup,
  { calledText, destination }: CalledPlace,
): boolean {
  const excepted = longestPrefix(except, calledText);
  if (longestPrefix(prefixes, calledText) > excepted) return true;
  return excepted === NONE && destinations.includes(destination);
}

const NONE = -1;

/** Length of the longest prefix that a number begins with. */
const longestPrefix = (prefixes: readonly string[], called: string): number =>
  prefixes.reduce((most, prefix) => (called.startsWith(prefix) ? Math.max(most, prefix.length) : most), NONE);

/** How many characters of a called number say whether it is in one of these groups. */
export const decidingLength = (groups: readonly DestinationGroup[]): number =>
  Math.max(0, ...groups.flatMap(({ prefixes, except }) => [...prefixes, ...except].map(({ length }) => length)));
