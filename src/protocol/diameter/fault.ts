import type { Avp } from "./avp.ts";

/** Why a message is refused: what its answer says. */
export interface Fault {
  readonly resultCode: number;
  /** For people: the answer's Error-Message, and the log. */
  readonly what: string;
  /** What goes into the answer's Failed-AVP, inside of the groups that it stood in (RFC 6733 §7.5). */
  readonly failed: Avp | undefined;
}

/** A fault inside of a group: its Failed-AVP shows the way to it. */
export const faultIn = (group: Avp, fault: Fault): Fault =>
  fault.failed === undefined ? fault : { ...fault, failed: { ...group, value: [fault.failed] } };
