import type { Avp } from "./avp.ts";
import { APPLICATION } from "./command.ts";
import type { Fault } from "./fault.ts";
import { avpValue, avpValues } from "./find-avp.ts";
import { RESULT } from "./result-code.ts";

/**
 * Why a peer with these capabilities is of no use (RFC 6733 §5.3): it speaks neither credit control nor, as a relay,
 * everything. What it says of security is passed over: TLS is a port of its own here, as RFC 6733 has it.
 */
export function faultOfCapabilities(avps: readonly Avp[]): Fault | undefined {
  const offered = applicationsOf(avps);
  if (offered.has(APPLICATION.creditControl) || offered.has(APPLICATION.relay)) return undefined;
  const what = `Neither credit control (4) nor relay is among the applications ${[...offered].join(", ") || "(none)"}`;
  return { resultCode: RESULT.noCommonApplication, what, failed: undefined };
}

/** The applications that a CER names, at the message itself or as vendor-specific ones. */
function applicationsOf(avps: readonly Avp[]): ReadonlySet<number> {
  const groups = [avps, ...avpValues(avps, "Vendor-Specific-Application-Id")];
  return new Set([
    ...groups.flatMap((group) => avpValues(group, "Auth-Application-Id")),
    ...groups.flatMap((group) => avpValue(group, "Acct-Application-Id") ?? []),
  ]);
}
