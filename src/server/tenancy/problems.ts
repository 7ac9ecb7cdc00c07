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
    fix:
      args.field === "parent"
        ? `Move it with \`tollwright account move ${args.code} --to ${args.wanted}\`, or give the setup file its present parent.`
        : `Create a new account for the other ${args.field}: money already booked stays as it was booked.`,
  });

export const accountMoveRefused = (args: { readonly code: string; readonly why: string; readonly fix: string }) =>
  new Problem("account-move-refused", {
    what: `Account "${args.code}" can't be moved: ${args.why}.`,
    fix: args.fix,
  });

export const accountExists = (args: { readonly code: string }) =>
  new Problem("account-exists", {
    what: `There is an account "${args.code}" already.`,
    fix: "Choose another code, or change the one that is there.",
  });

export const accountOwn = (args: { readonly code: string }) =>
  new Problem("account-own", {
    what: `You act for account "${args.code}" yourself: its money and terms are for who stands above it.`,
    fix: "Ask who sells to you.",
  });

export const setupOfOther = (args: { readonly reason: string }) =>
  new Problem("setup-of-other", {
    what: `The setup can't be applied from here: ${args.reason}.`,
    fix: "Send one of your own tenant without them, or apply the file at the server with `tollwright apply`.",
  });
