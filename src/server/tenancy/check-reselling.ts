import { parseMailAddress } from "../../core/access/mail-address.ts";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import { checkCommission, isDate } from "../commission/read-commission.ts";
import { requireUsable } from "../invoicing/letterhead.ts";
import type { SetupFaults } from "./setup-faults.ts";
import type { AccountSetup } from "./setup-schema.ts";

/** Notes what is wrong with how an account sells: a brand of one who does not, a commission of one who is no agent. */
export function checkReselling(
  { kind, brand, commission, customerSince }: AccountSetup,
  pointer: string,
  { faults, groups }: { readonly faults: SetupFaults; readonly groups: readonly DestinationGroup[] },
): void {
  if (brand !== undefined) {
    if (kind !== "reseller" && kind !== "agent")
      faults.add(`${pointer}/brand`, `A ${kind} sells to nobody.`, "Only resellers and agents have a brand.");
    const { name: _name, domain: _domain, mailFrom, ...letterhead } = brand;
    faults.attempt(`${pointer}/brand`, () => requireUsable(letterhead));
    if (mailFrom !== undefined && parseMailAddress(mailFrom) !== mailFrom)
      faults.add(`${pointer}/brand/mailFrom`, `"${mailFrom}" is no mail address.`, "Give one in small letters.");
  }
  if (commission !== undefined && commission !== null) {
    if (kind !== "agent")
      faults.add(`${pointer}/commission`, `A ${kind} earns no commission.`, 'Only accounts of the kind "agent" do.');
    checkCommission(commission, `${pointer}/commission`, { faults, groups });
  }
  if (customerSince && !isDate(customerSince))
    faults.add(
      `${pointer}/customerSince`,
      `"${customerSince}" is no day of the calendar.`,
      "Give a date that there is.",
    );
}
