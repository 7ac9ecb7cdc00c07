import { inAddressRanges, rangesFault } from "../../core/tenancy/address-range.ts";
import { proxiesInvalid } from "./problems.ts";

/**
 * Which addresses may say by `X-Forwarded-For` for whom they ask. The header is read from its end: a name is believed
 * only if whoever wrote it down is trusted, so that nobody passes for another by sending the header himself. Without
 * ranges nobody is believed. Errors: Problem `config-invalid`.
 */
export function trustedProxies(ranges: readonly string[]): false | ((address: string) => boolean) {
  const fault = rangesFault(ranges);
  if (fault !== null) throw proxiesInvalid({ fault });
  return ranges.length === 0 ? false : (address) => inAddressRanges(ranges, address);
}
