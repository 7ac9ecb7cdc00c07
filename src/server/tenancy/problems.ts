import { Problem } from "../../core/problem.ts";

export const tenantUnknown = (args: { readonly name: string }) =>
  new Problem("tenant-unknown", {
    what: `There is no tenant "${args.name}".`,
    fix: "Name one that `tollwright tenant list` shows, or create it with `tollwright apply`.",
  });

export const tenantNotNamed = (args: { readonly names: readonly string[] }) =>
  new Problem("tenant-not-named", {
    what:
      args.names.length === 0
        ? "There is no tenant yet."
        : `There are ${args.names.length} tenants (${args.names.join(", ")}), and none was named.`,
    fix:
      args.names.length === 0
        ? "Describe one in a setup file and run `tollwright apply setup.json`."
        : "Say which one with --tenant NAME.",
  });

export const accountUnknown = (args: { readonly code: string }) =>
  new Problem("account-unknown", {
    what: `There is no account "${args.code}".`,
    fix: "Check the code with `tollwright account list`, or create the account with `tollwright apply`.",
  });

export const accountFixed = (args: {
  readonly code: string;
  readonly field: string;
  readonly is: string;
  readonly wanted: string;
}) =>
  new Problem("account-fixed", {
    what: `Account "${args.code}" has the ${args.field} "${args.is}", which cannot become "${args.wanted}".`,
    fix: `Create a new account for the other ${args.field}: money already booked stays as it was booked.`,
  });
