import { type Decimal, formatDecimal } from "../money/decimal.ts";
import { type Nanos, nanos } from "../money/nanos.ts";
import { divideRounded } from "../money/rounding.ts";
import { type CommissionOf, type CommissionRule, ruleFor, type SoldPlace } from "./commission-rule.ts";

/** A part of what an invoice bills, in the agent's currency. */
export interface SoldPart extends SoldPlace {
  readonly revenue: Nanos;
  /** What the same calls cost the seller. */
  readonly cost: Nanos;
}

/** An invoice, or a credit note, to somebody to whom an agent sells. */
export interface SoldInvoice {
  readonly customerSince: Temporal.PlainDate;
  /** In the invoice's currency; below zero on a credit note. */
  readonly total: Nanos;
  /** How much of it came in, less what went back. */
  readonly paid: Nanos;
  readonly parts: readonly SoldPart[];
}

/** What an agent should have by now for one rule and percentage of an invoice. */
export interface CommissionDue {
  readonly rule: string;
  readonly of: CommissionOf;
  /** "7.5" */
  readonly percent: string;
  /** What the percentage is of. */
  readonly base: Nanos;
  /** How much of the base counts by now: all that is invoiced, or what is collected of it. */
  readonly counted: Nanos;
  /** The percentage of what counts, rounded once, half to even. */
  readonly amount: Nanos;
}

/**
 * What an agent should have for an invoice. Parts of one rule and percentage are one amount, so that nothing is lost by
 * rounding parts; a part that no rule is for earns nothing. Usage at a loss takes away from a share of margins.
 */
export function commissionDue(rules: readonly CommissionRule[], invoice: SoldInvoice): readonly CommissionDue[] {
  const bases = new Map<string, { readonly rule: CommissionRule; readonly percent: Decimal; base: bigint }>();
  for (const part of invoice.parts) {
    const found = ruleFor(rules, part, invoice.customerSince);
    if (found === null) continue;
    const key = JSON.stringify([found.rule.name, formatDecimal(found.percent)]);
    const sum = bases.get(key) ?? { ...found, base: 0n };
    sum.base += found.rule.of === "revenue" ? part.revenue : part.revenue - part.cost;
    bases.set(key, sum);
  }
  return [...bases.values()].map(({ rule, percent, base }) => {
    const { paid, total } = rule.on === "invoiced" ? WHOLE : collected(invoice);
    return {
      ...{ rule: rule.name, of: rule.of, percent: formatDecimal(percent), base: nanos(base) },
      counted: nanos(divideRounded(base * paid, total, "half-even")),
      amount: nanos(
        divideRounded(base * paid * percent.units, total * 100n * 10n ** BigInt(percent.scale), "half-even"),
      ),
    };
  });
}

const WHOLE = { paid: 1n, total: 1n };

/** Which share of an invoice is collected: never less than nothing or more than all. A credit note counts at once. */
function collected({ paid, total }: SoldInvoice): { readonly paid: bigint; readonly total: bigint } {
  if (total <= 0n || paid >= total) return WHOLE;
  return { paid: paid > 0n ? paid : 0n, total };
}
