import { Problem } from "../../core/problem.ts";

/** More requests wait than can be answered while their switches wait. */
export const chargingOverloaded = (): Problem =>
  new Problem("charging-overloaded", {
    what: "Too many charging requests wait for their decision.",
    fix: "Send this one again in a moment; add processes or a faster disk if it goes on.",
  });
