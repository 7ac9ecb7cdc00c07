import type { CallScope } from "../../core/allowance/pool-rules.ts";
import type { AllowanceSetup } from "./package-setup.ts";

/** Which calls a part of a package is for: what is left out is all of them. */
export const readScope = ({
  prefixes = [],
  except = [],
  destinations = [],
  directions = [],
}: Pick<AllowanceSetup, "prefixes" | "except" | "destinations" | "directions">): CallScope => ({
  ...{ prefixes, except, destinations, directions },
});
