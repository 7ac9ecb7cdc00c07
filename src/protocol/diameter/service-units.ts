import type { Currency } from "../../core/money/currency.ts";
import { DECIMAL_SCALE_MAX, type Decimal } from "../../core/money/decimal.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Avp } from "./avp.ts";
import { avp, optionalAvp } from "./build-avp.ts";
import { invalidValue, missingAvp } from "./check-grammar.ts";
import { currencyOfNumber, numberOfCurrency } from "./currency-number.ts";
import { type Fault, faultIn } from "./fault.ts";
import { avpValue, findAvp } from "./find-avp.ts";

/** An amount as a peer counts it. */
export interface UnitMoney {
  readonly amount: Decimal;
  /** Undefined: the peer does not say, and means the account's. */
  readonly currency: Currency | undefined;
}

/** An amount of ours, which always says of what. */
export interface AccountMoney extends UnitMoney {
  readonly currency: Currency;
}

/** Units of one service, of every kind that RFC 8506 has; undefined: not of this kind. */
export interface ServiceUnits {
  readonly timeS?: number | undefined;
  readonly money?: UnitMoney | undefined;
  readonly totalOctets?: bigint | undefined;
  readonly inputOctets?: bigint | undefined;
  readonly outputOctets?: bigint | undefined;
  /** CC-Service-Specific-Units: messages, events, whatever the service counts. */
  readonly specificUnits?: bigint | undefined;
}

/** Units that were used, and on which side of a change of tariff. */
export interface UsedUnits extends ServiceUnits {
  readonly tariffChange?: "before" | "after" | "undetermined" | undefined;
  /** 3GPP: why this much is reported now. */
  readonly reportingReason?: number | undefined;
}

/** Units that are granted, and when the tariff changes that they were worked out with. */
export interface GrantedUnits extends ServiceUnits {
  readonly tariffChangeAt?: EpochMs | undefined;
}

const TARIFF_CHANGES = ["before", "after", "undetermined"] as const;

/** Decimals and trailing zeros of an amount that are taken. */
const EXPONENT_MAX = DECIMAL_SCALE_MAX;

/** The units of a Requested-, Granted- or Used-Service-Unit. */
export const readUnits = (group: readonly Avp[]): ServiceUnits => ({
  timeS: avpValue(group, "CC-Time"),
  money: readMoney(avpValue(group, "CC-Money")),
  totalOctets: avpValue(group, "CC-Total-Octets"),
  inputOctets: avpValue(group, "CC-Input-Octets"),
  outputOctets: avpValue(group, "CC-Output-Octets"),
  specificUnits: avpValue(group, "CC-Service-Specific-Units"),
});

/** The units of a Used-Service-Unit. */
export const readUsedUnits = (group: readonly Avp[]): UsedUnits => ({
  ...readUnits(group),
  tariffChange: TARIFF_CHANGES[avpValue(group, "Tariff-Change-Usage") ?? -1],
  reportingReason: avpValue(group, "Reporting-Reason"),
});

/** What is wrong with the amount of a group of units: no value, or an exponent that no money has. */
export function faultOfUnits(group: Avp): Fault | undefined {
  const money = findAvp(group.value as readonly Avp[], "CC-Money");
  if (money === undefined) return undefined;
  const unitValue = findAvp(money.value as readonly Avp[], "Unit-Value");
  const within = (fault: Fault) => faultIn(group, faultIn(money, fault));
  if (unitValue === undefined) return within(missingAvp("Unit-Value"));
  const parts = unitValue.value as readonly Avp[];
  if (findAvp(parts, "Value-Digits") === undefined) return within(faultIn(unitValue, missingAvp("Value-Digits")));
  const exponent = findAvp(parts, "Exponent");
  if (exponent === undefined || Math.abs(Number(exponent.value)) <= EXPONENT_MAX) return undefined;
  return within(faultIn(unitValue, invalidValue(exponent, `Exponent ${exponent.value} is out of reach`)));
}

function readMoney(group: readonly Avp[] | undefined): UnitMoney | undefined {
  const digits = avpValue(avpValue(group ?? [], "Unit-Value") ?? [], "Value-Digits");
  if (group === undefined || digits === undefined) return undefined;
  const exponent = avpValue(avpValue(group, "Unit-Value") ?? [], "Exponent") ?? 0;
  const amount =
    exponent < 0 ? { units: digits, scale: -exponent } : { units: digits * 10n ** BigInt(exponent), scale: 0 };
  return { amount, currency: currencyOfNumber(avpValue(group, "Currency-Code") ?? -1) };
}

/** The AVPs of units. */
export const writeUnits = (units: ServiceUnits): readonly Avp[] => [
  ...optionalAvp("CC-Time", units.timeS),
  ...optionalAvp("CC-Money", units.money && writeMoney(units.money)),
  ...optionalAvp("CC-Total-Octets", units.totalOctets),
  ...optionalAvp("CC-Input-Octets", units.inputOctets),
  ...optionalAvp("CC-Output-Octets", units.outputOctets),
  ...optionalAvp("CC-Service-Specific-Units", units.specificUnits),
];

/** Unit-Value and Currency-Code of an amount. */
export const writeMoney = ({ amount, currency }: UnitMoney): readonly Avp[] => [
  writeUnitValue(amount),
  ...(currency === undefined ? [] : [avp("Currency-Code", numberOfCurrency(currency))]),
];

/** An exact decimal as Unit-Value: its digits, and the exponent where it has decimals. */
export const writeUnitValue = ({ units, scale }: Decimal): Avp =>
  avp("Unit-Value", [avp("Value-Digits", units), ...(scale === 0 ? [] : [avp("Exponent", -scale)])]);
