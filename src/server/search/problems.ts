import { Problem } from "../../core/problem.ts";

export const searchInvalid = (text: { readonly what: string; readonly fix: string }) =>
  new Problem("search-invalid", text);

export const searchNameInvalid = ({ name }: { readonly name: string }) =>
  searchInvalid({
    what: `A search cannot be saved as "${name}".`,
    fix: "Give a name of up to 64 letters, digits, points, hyphens and underscores that begins with a letter or digit.",
  });

export const searchUnknown = (args: { readonly name: string }) =>
  new Problem("search-unknown", {
    what: `There is no saved search "${args.name}".`,
    fix: "Check the name with `tollwright cdr searches list`, or save one with `tollwright cdr search … --save NAME`.",
  });

export const callUnknown = (args: { readonly id: string }) =>
  new Problem("call-unknown", {
    what: `There is no stored call "${args.id}".`,
    fix: "Take the id from `tollwright cdr search --json`, or give the switch's own key together with --source.",
  });
