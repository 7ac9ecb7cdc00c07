/** What stands where a secret was. */
export const REDACTED = "[redacted]";

const NAMES =
  "pass(?:word|wd|phrase)?|secret|token|api[-_]?key|authorization|set-cookie|cookie|session(?:[-_]?id)?|" +
  "c?nonce|response|ha1|otp|totp|csrf";

/** Fields that hold secrets, whatever they are called in front of it: `userPassword`, `x-api-key`, `Digest-Response`. */
const SECRET_FIELD = new RegExp(`(?:^|[-_.]|[a-z](?=[A-Z]))(?:${NAMES})s?$`, "i");
/** Words that end so and say nothing secret. */
const HARMLESS_FIELD = /^(?:session|response|sessions|tokens|passwords|secrets|responses)$/i;

export const isSecretField = (name: string): boolean => SECRET_FIELD.test(name) && !HARMLESS_FIELD.test(name);

const PATTERNS: readonly [RegExp, string][] = [
  // Digest log-ins have many parts and end with the line.
  [/\b(Digest)\s+(?=[a-z]+=)[^\r\n]+/gi, `$1 ${REDACTED}`],
  [/\b(Bearer)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [/\b(Basic)\s+(?=[a-z+/]*[0-9A-Z=+/])[\w+/]{8,}={0,2}/g, `$1 ${REDACTED}`],
  // Tokens of Tollwright's own, and keys of webhooks: what they begin with says so.
  [/\b(tw[a-z]{0,4}_|whsec_)[\w+/=-]{12,}/g, `$1${REDACTED}`],
  [/(:\/\/[^\s:/@]{0,200}):[^\s/@]{1,500}@/g, `$1:${REDACTED}@`],
  [new RegExp(`([?&](?:[\\w-]{0,40}(?:${NAMES})|code|state|key)=)[^&\\s"']+`, "gi"), `$1${REDACTED}`],
  [new RegExp(`\\b((?:${NAMES})"?\\s{0,2}[=:]\\s{0,2})("[^"]*"|'[^']*'|[^\\s,;&"'\\[\\]]+)`, "gi"), `$1${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
];

/** A text without the passwords, tokens, log-ins and keys that can be known by how they are written. */
export const redactedText = (text: string): string =>
  PATTERNS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);
