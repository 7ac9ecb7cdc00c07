import type { Brand } from "../brand.ts";

/** An e-mail address as it is compared and stored: lower case, ASCII, with a host name of at least two labels. */
export type MailAddress = Brand<string, "MailAddress">;

const LOCAL_CHARACTERS_MAX = 64;
const ADDRESS_CHARACTERS_MAX = 254;
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The only door from text to an address: blanks around it are dropped and letters made small, so that one person has
 * one address. Quoted local parts, address literals and addresses beyond ASCII are refused; a domain beyond ASCII is
 * written as `xn--…`. Source: RFC 5321 §4.1.2 (dot-string) and its limits in §4.5.3.1.
 */
export function parseMailAddress(text: string): MailAddress | undefined {
  if (text.length > 2 * ADDRESS_CHARACTERS_MAX) return undefined; // blanks aside, no longer ones are read at all
  const address = text.trim().toLowerCase();
  if (address.length > ADDRESS_CHARACTERS_MAX) return undefined;
  const at = address.lastIndexOf("@");
  const [local, labels] = [address.slice(0, Math.max(at, 0)), address.slice(at + 1).split(".")];
  const isAddress =
    local.length <= LOCAL_CHARACTERS_MAX &&
    LOCAL.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label));
  return isAddress ? (address as MailAddress) : undefined;
}
