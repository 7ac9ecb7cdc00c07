import { Problem } from "../../core/problem.ts";

export const auditEntryUnknown = (args: { readonly entry: string }) =>
  new Problem("audit-entry-unknown", {
    what: `There is no audit entry "${args.entry}".`,
    fix: "Take its id or its place in the chain from `tollwright audit list`.",
  });

export const auditHeadInvalid = () =>
  new Problem("audit-head-invalid", {
    what: "A head of the audit is a line of `<tenant>/<seal>/<last entry>/<chain>`, and this is none.",
    fix: "Give a line that `tollwright audit seal` printed or that the log has, or a file of such lines.",
  });
