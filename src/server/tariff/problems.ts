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

export const costTariffCurrency = (args: { readonly name: string; readonly is: string; readonly wanted: string }) =>
  new Problem("cost-tariff-currency", {
    what: `The cost tariff "${args.name}" is in ${args.is}, and the deck's tariff in ${args.wanted}.`,
    fix: "Name a cost tariff of the same currency, or leave the comparison with costs out.",
  });

export const deckTemplateUnknown = (args: { readonly name: string }) =>
  new Problem("deck-template-unknown", {
    what: `There is no deck template "${args.name}".`,
    fix: "Check the name with `tollwright rates template list`, or save one with `tollwright rates template save`.",
  });

export const deckWithoutRates = (args: { readonly rejected: number; readonly first: string }) =>
  new Problem("deck-without-rates", {
    what: `None of the deck's ${args.rejected} rows can be used. The first: ${args.first}`,
    fix: "Mend what the reason names, often with one field of a template, and import the deck again.",
  });

export const deckServiceUnknown = (args: { readonly name: string; readonly service: string }) =>
  new Problem("deck-service-unknown", {
    what: `Tariff "${args.name}" is for ${args.service}, of which no deck says in which unit its rates are.`,
    fix: "Describe its rates, each with its unit, in a setup file.",
  });

export const deckUnknown = (args: { readonly id: string }) =>
  new Problem("deck-unknown", {
    what: `There is no rate deck "${args.id}".`,
    fix: "Check the id with `tollwright rates show`, which lists all drafts.",
  });

export const deckNotDraft = (args: { readonly id: string; readonly state: string }) =>
  new Problem("deck-not-draft", {
    what: `The deck ${args.id} is no draft: it was ${args.state} before.`,
    fix: "Import the file again to compare it with the tariff as it is now.",
  });

export const deckPreviewStale = (args: { readonly id: string; readonly was: string; readonly is: string }) =>
  new Problem("deck-preview-stale", {
    what: `Since the draft was last shown, its effect has changed from ${args.was} to ${args.is}.`,
    fix: `Look at it with \`tollwright rates show ${args.id}\`, then publish it with --accept-changes.`,
  });

export const deckFindingsBlock = (args: { readonly total: number; readonly first: string }) =>
  new Problem("deck-findings-block", {
    what: `${args.total} ${args.total === 1 ? "finding blocks" : "findings block"} the deck. The first: ${args.first}`,
    fix: "Correct the deck and import it again, or overrule all of them with --accept-findings.",
  });

export const deckOriginUnknown = ({ name, isDerived }: { readonly name: string; readonly isDerived: boolean }) =>
  new Problem("deck-origin-unknown", {
    what: `The deck prices by where calls come from, and nothing says which callers "${name}" has.`,
    fix: isDerived
      ? "Describe the origin in the tariff at the bottom, which this one is derived from."
      : `Say so in the template, such as {"origins": {"${name}": ["44", "353"]}}, or under origins of the tariff.`,
  });

export const versionUnknown = (args: { readonly name: string; readonly version: number; readonly newest: number }) =>
  new Problem("tariff-version-unknown", {
    what: `Tariff "${args.name}" has no version ${args.version}; its newest is ${args.newest}.`,
    fix: `Ask for a version from 1 to ${args.newest}.`,
  });
