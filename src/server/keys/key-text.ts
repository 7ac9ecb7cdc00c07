import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { invariant } from "../../core/invariant.ts";

const PREFIX = "tw_live_";
const SECRET_OCTETS = 32;
/** Letters and digits alone: a double click takes a whole key, and no shell or URL has to escape it. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = BigInt(DIGITS.length);
const SECRET_DIGITS = 43; // 62^43 > 2^256
const CHECK_DIGITS = 6; // 62^6 > 2^32
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_DIGITS + CHECK_DIGITS}}$`);
const HINT_LENGTH = 4;

/** A key as its owner has it, once. */
export interface KeyText {
  readonly text: string;
  /** What is kept of it: 256 random bits need no slow hash, since no dictionary helps against them. */
  readonly hash: Buffer;
  /** Its end, by which people tell their keys apart. */
  readonly hint: string;
}

/**
 * Makes a key: `tw_live_`, 256 random bits and their CRC-32, in digits of base 62. By prefix and check sum scanners of
 * leaked secrets know one when they see it, and a typing error is told without a look into the database.
 */
export function makeKey(): KeyText {
  const secret = inBase62(BigInt(`0x${randomBytes(SECRET_OCTETS).toString("hex")}`), SECRET_DIGITS);
  const text = `${PREFIX}${secret}${checkOf(secret)}`;
  const hash = keyHash(text);
  invariant(hash, "a key that was made is one that can be read");
  return { text, hash, hint: text.slice(-HINT_LENGTH) };
}

/** The hash by which a key is found; undefined: the text can't be a key of ours. */
export function keyHash(text: string): Buffer | undefined {
  if (!SHAPE.test(text)) return undefined;
  const secret = text.slice(PREFIX.length, -CHECK_DIGITS);
  if (checkOf(secret) !== text.slice(-CHECK_DIGITS)) return undefined;
  return createHash("sha256").update(text).digest();
}

const checkOf = (secret: string): string => inBase62(BigInt(crc32(PREFIX + secret)), CHECK_DIGITS);

function inBase62(value: bigint, length: number): string {
  const digits: string[] = [];
  for (let rest = value; digits.length < length; rest /= BASE) digits.unshift(DIGITS.charAt(Number(rest % BASE)));
  return digits.join("");
}
