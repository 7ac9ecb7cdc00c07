import { Problem } from "../../core/problem.ts";

export const impersonationRefused = () =>
  new Problem("impersonation-refused", {
    what: "Passwords, second factors, keys and impersonations can't be changed in another's name.",
    fix: "End the impersonation with DELETE /v1/impersonation, and do it as yourself if you may.",
  });
