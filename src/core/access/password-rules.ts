const CHARACTERS_MIN = 12;
/** Only a bound on work: far beyond what anybody types. */
const CHARACTERS_MAX = 1_000;
const DISTINCT_MIN = 5;
/** What must remain of a password once the words that everybody knows are taken out of it. */
const UNKNOWN_MIN = 6;

/** What most guesses are made of. Source: the lists of passwords that have leaked, reduced to their words. */
const COMMON_WORDS = [
  ...[
    "password",
    "passwort",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "contraseña",
    "motdepasse",
    "senha",
    "parola",
    "pass",
  ],
  ...["qwertyuiop", "qwerty", "qwertz", "azerty", "asdfghjkl", "asdf", "zxcvbnm", "1q2w3e4r5t", "1qaz2wsx", "qazwsx"],
  ...["letmein", "welcome", "willkommen", "bienvenue", "iloveyou", "administrator", "admin", "superuser", "root"],
  ...["monkey", "dragon", "football", "baseball", "sunshine", "princess", "master", "shadow", "superman", "batman"],
  ...["trustno1", "changeme", "secret", "default", "login", "access", "starwars", "whatever", "hello", "freedom"],
  ...["spring", "summer", "autumn", "winter", "january", "december", "monday", "friday", "abcdef", "abc", "test"],
  ...["tollwright", "telecom", "telekom", "telephone", "asterisk", "freeswitch", "kamailio", "billing", "voip"],
].sort((a, b) => b.length - a.length);

/** One person's keyboard writes é as one character, another's as two: both are the same password. */
export const normalisedPassword = (text: string): string => text.normalize("NFKC");

/**
 * What is wrong with a new password, as a sentence; null: nothing. Long ones are good, whatever they are made of,
 * unless they are easily guessed: common words, a pattern, or what is known of the person (`known`: e-mail address,
 * name). Source: NIST SP 800-63B §3.1.1, which asks for length and a list of common ones, and against rules of
 * composition.
 */
export function passwordFault(text: string, known: readonly string[]): string | null {
  if (text.length > CHARACTERS_MAX) return `A password has at most ${CHARACTERS_MAX} characters.`;
  const password = normalisedPassword(text);
  const characters = [...password.toLowerCase()];
  if (characters.length < CHARACTERS_MIN)
    return `It has ${characters.length} characters, and a password has at least ${CHARACTERS_MIN}.`;
  if (new Set(characters).size < DISTINCT_MIN || repeats(characters) || runs(characters))
    return "It is a pattern that is guessed at once.";
  const words = [...knownWords(known), ...COMMON_WORDS];
  if (remainder(password.toLowerCase(), words) < UNKNOWN_MIN)
    return "It is made of words that are guessed first: common ones, or your name or address.";
  return null;
}

/** abcabcabcabc: a part that comes again and again, the last time perhaps cut off. */
function repeats(characters: readonly string[]): boolean {
  for (let period = 1; period <= characters.length / 2; period++)
    if (characters.every((character, at) => character === characters[at % period])) return true;
  return false;
}

/** abcdefghijkl, 987654321098: each character beside the one before, but for the turns. */
function runs(characters: readonly string[]): boolean {
  const steps = characters.slice(1).map((character, at) => codeOf(character) - codeOf(characters[at]));
  const [up, down] = [1, -1].map((step) => steps.filter((taken) => taken === step).length);
  return Math.max(up ?? 0, down ?? 0) >= steps.length - 2;
}

const codeOf = (character = ""): number => character.codePointAt(0) ?? 0;

const KNOWN_CHARACTERS_MIN = 3;

const knownWords = (known: readonly string[]): readonly string[] =>
  known
    .flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= KNOWN_CHARACTERS_MIN)
    .sort((a, b) => b.length - a.length);

/** How many characters are left without the words, and without digits and signs, which are guessed along with them. */
function remainder(password: string, words: readonly string[]): number {
  const left = words.reduce((text, word) => text.replaceAll(word, " "), password);
  return left === password ? password.length : [...left.replaceAll(/[^\p{L}]/gu, "")].length;
}
