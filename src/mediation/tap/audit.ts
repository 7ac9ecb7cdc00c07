import type { Reject } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { type BerElement, childOf, findElements } from "../ber/element.ts";
import type { BerTag } from "../ber/tag.ts";
import { integerOf, textOf } from "../ber/values.ts";
import type { TapBatch } from "./batch.ts";
import { TAP } from "./tags.ts";
import { readTapTime } from "./timestamp.ts";

/** Total charge of an event; what other charge types say is part of it. */
const TOTAL_CHARGE_TYPE = "00";

/** What the events of a batch add up to, to be compared with what its AuditControlInfo says. */
export class AuditTally {
  #events = 0;
  /** In units of the batch's last decimal place. */
  #charged = 0n;
  #refunded = 0n;
  /** Some event's charge could not be read, so sums prove nothing. */
  #isSumUnknown = false;
  #earliest: EpochMs | null = null;
  #latest: EpochMs | null = null;

  /** An event that cannot be read: it counts, and its charge is unknown. */
  addUnread(): void {
    this.#events++;
    this.#isSumUnknown = true;
  }

  addEvent(event: BerElement): void {
    this.#events++;
    if (!this.#addCharges(event, false)) this.#isSumUnknown = true;
  }

  addStart(at: EpochMs): void {
    if (this.#earliest === null || at < this.#earliest) this.#earliest = at;
    if (this.#latest === null || at > this.#latest) this.#latest = at;
  }

  /** All differences between the events and the totals in `audit`; null when there is none. */
  check(audit: BerElement, batch: TapBatch): Reject | null {
    const differences = [
      this.#checkCount(audit),
      ...(this.#isSumUnknown ? [] : this.#checkCharges(audit, batch.decimalPlaces)),
      ...this.#checkTimes(audit, batch),
    ].filter((difference) => difference !== null);
    return differences.length === 0 ? null : mismatch(differences);
  }

  get events(): number {
    return this.#events;
  }

  /** Adds the charges in an event that count into the batch's total; false when one of them cannot be read. */
  #addCharges(element: BerElement, isRefund: boolean): boolean {
    const own = ownCharge(element);
    if (own === null) return false;
    if (isRefund) this.#refunded += own;
    else this.#charged += own;
    if (element.children === null) return true;
    return element.children.every((child) =>
      this.#addCharges(child, isRefund || childOf(child, TAP.ChargeRefundIndicator) !== undefined),
    );
  }

  #checkCount(audit: BerElement): string | null {
    const count = integerAt(audit, TAP.CallEventDetailsCount);
    return count === BigInt(this.#events) ? null : `${count ?? "no number of"} events, and ${this.#events} came before`;
  }

  #checkCharges(audit: BerElement, places: number): (string | null)[] {
    const total = totalCharge(audit);
    const refund = integerAt(audit, TAP.TotalChargeRefund) ?? 0n;
    return [
      total === null || total === this.#charged
        ? null
        : `charges of ${amount(total, places)}, and the events have ${amount(this.#charged, places)}`,
      refund === this.#refunded
        ? null
        : `refunds of ${amount(refund, places)}, and the events have ${amount(this.#refunded, places)}`,
    ];
  }

  /** Only that no call lies outside: which times of other events count is not said clearly enough to accuse anybody. */
  #checkTimes(audit: BerElement, { utcOffsets }: TapBatch): (string | null)[] {
    const at = (tag: BerTag): { readonly at: EpochMs; readonly written: string } | null => {
      const element = childOf(audit, tag);
      const time = element && readTapTime(element, utcOffsets);
      return time && "at" in time ? time : null;
    };
    const earliest = at(TAP.EarliestCallTimeStamp);
    const latest = at(TAP.LatestCallTimeStamp);
    return [
      earliest && this.#earliest !== null && this.#earliest < earliest.at
        ? `${earliest.written} as the earliest time, and a call starts before`
        : null,
      latest && this.#latest !== null && this.#latest > latest.at
        ? `${latest.written} as the latest time, and a call starts after`
        : null,
    ];
  }
}

/** What the element itself adds to the total charge; null when it cannot be read. */
function ownCharge(element: BerElement): bigint | null {
  if (element.tag === TAP.CamelInvocationFee) return integerOf(element);
  if (element.tag === TAP.MessagingEvent) return chargeIn(element);
  if (element.tag !== TAP.ChargeDetail) return 0n;
  const type = childOf(element, TAP.ChargeType);
  return type !== undefined && textOf(type) === TOTAL_CHARGE_TYPE ? chargeIn(element) : 0n;
}

function chargeIn(element: BerElement): bigint | null {
  const charge = childOf(element, TAP.Charge);
  return charge === undefined ? 0n : integerOf(charge);
}

function integerAt(element: BerElement, tag: BerTag): bigint | null {
  const child = childOf(element, tag);
  return child === undefined ? null : integerOf(child);
}

/** One total from release 3.10 on, totals by charge type before; null when there is none that can be read. */
function totalCharge(audit: BerElement): bigint | null {
  const total = integerAt(audit, TAP.TotalCharge);
  if (total !== null) return total;
  const values = findElements(audit, TAP.TotalChargeValue);
  const value = values.find((each) => {
    const type = childOf(each, TAP.ChargeType);
    return type !== undefined && textOf(type) === TOTAL_CHARGE_TYPE;
  });
  if (value === undefined) return null;
  return integerAt(value, TAP.TotalCharge) ?? integerAt(value, TAP.AbsoluteAmount);
}

/** An amount as a decimal: 24000 with 5 places is "0.24000". */
function amount(value: bigint, places: number): string {
  if (places <= 0 || places > 20) return String(value);
  const text = String(value < 0n ? -value : value).padStart(places + 1, "0");
  return `${value < 0n ? "-" : ""}${text.slice(0, -places)}.${text.slice(-places)}`;
}

const mismatch = (differences: readonly string[]): Reject => ({
  code: "trailer-mismatch",
  what: `The batch's audit says ${differences.join("; ")}.`,
  fix: "Events were lost, added or changed on the way: fetch the file again, or ask the sender for a corrected one.",
});
