import { NANOS_SCALE, type Nanos, nanosFromSql } from "../money/nanos.ts";

/** What becomes of calls that ask to begin, or to go on, while nobody can tell what money there is. */
export type AwayPolicy =
  | { readonly kind: "refuse" }
  | {
      readonly kind: "grant";
      /** Talk time that one call may be granted so, in seconds. */
      readonly seconds: number;
      /** What all calls of one account may cost together, as decimal text in the account's own currency. */
      readonly riskAmount: string;
    };

export const REFUSE: AwayPolicy = { kind: "refuse" };

const AMOUNT = new RegExp(`^\\d{1,18}(\\.\\d{1,${NANOS_SCALE}})?$`);

/** The amount that {@link AwayPolicy} may risk; undefined: the text is none. */
export const riskAmountOf = (text: string): Nanos | undefined => (AMOUNT.test(text) ? nanosFromSql(text) : undefined);
