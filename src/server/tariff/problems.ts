import { Problem } from "../../core/problem.ts";

export const tariffUnknown = (args: { readonly name: string }) =>
  new Problem("tariff-unknown", {
    what: `There is no tariff "${args.name}".`,
    fix: "Check the name with `tollwright tariff list`, or create it with `tollwright tariff create`.",
  });

export const tariffExists = (args: { readonly name: string }) =>
  new Problem("tariff-exists", {
    what: `A tariff "${args.name}" exists already.`,
    fix: "Choose another name, or import a deck into the existing tariff.",
  });

export const tariffUnpublished = (args: { readonly name: string }) =>
  new Problem("tariff-unpublished", {
    what: `Tariff "${args.name}" has no published version yet.`,
    fix: "Import a rate deck into it and publish the draft.",
  });
