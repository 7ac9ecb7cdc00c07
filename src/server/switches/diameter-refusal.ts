import type { CreditControlAnswer } from "../../protocol/diameter/credit-control-answer.ts";
import { RESULT } from "../../protocol/diameter/result-code.ts";
import type { Refusal } from "../charging/charging-request.ts";

/** An answer without units, and why. */
export const refusal = (resultCode: number, errorMessage: string): CreditControlAnswer => ({
  resultCode,
  services: [],
  errorMessage,
});

const RESULTS: Readonly<Partial<Record<Refusal["code"], number>>> = {
  "balance-exhausted": RESULT.creditLimitReached,
  "spend-limited": RESULT.creditLimitReached,
  "account-unknown": RESULT.userUnknown,
  "account-ambiguous": RESULT.userUnknown,
  "rate-missing-for-call": RESULT.ratingFailed,
  "tariff-missing": RESULT.ratingFailed,
  "session-ended": RESULT.unknownSession,
};

/** How a peer is told why a call may not go on, or money is not given. Source: RFC 8506 §9. */
export const refusalOf = ({ code, what }: Refusal): CreditControlAnswer =>
  refusal(RESULTS[code] ?? RESULT.endUserServiceDenied, what);
