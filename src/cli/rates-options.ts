import { basename } from "node:path";
import { ROUNDING_MODES } from "../core/money/rounding.ts";
import { fromInstant, toInstant } from "../core/time/epoch.ts";
import type { DeckRules } from "../decks/check/finding.ts";
import {
  type CarrierTemplate,
  NOTICE_KINDS,
  parseCarrierTemplate,
  parseTemplateText,
} from "../server/tariff/carrier-template.ts";
import { findTemplate } from "../server/tariff/carrier-templates.ts";
import type { DeckSettings } from "../server/tariff/deck-settings.ts";
import type { DeckArrival } from "../server/tariff/import-deck.ts";
import type { CommandContext } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { flag, inputRefused, option, requiredOption, type Values } from "./input.ts";
import { readDeckFile } from "./read-deck-file.ts";
import { readChoice, readWhole } from "./read-input.ts";
import { readText } from "./read-text.ts";
import { readTime, TIME_FORM } from "./read-time.ts";

/** How many of each kind of thing are shown. */
export const LIMIT = 5;
export const limit = option(
  "--limit N",
  `how many of each kind to show; ${LIMIT} if left out`,
  readWhole(1, 1_000_000),
);

/** What `rates import` and `rates check` have in common: how a deck is read, compared and checked. */
export const deckOptions = {
  tariff: requiredOption("--tariff NAME", "the tariff that the deck prices"),
  mode: option(
    "--mode MODE",
    "full: codes the deck lacks are closed; amendment: they stay. Needed unless the template says it",
    readChoice("full", "amendment"),
  ),
  template: option("--template NAME", "a saved template of the carrier"),
  templateFile: option("--template-file FILE", "a template as a JSON file"),
  increments: option("--increments FIRST/NEXT", "where the deck has none, such as 60/60; 1/1 if left out"),
  effective: option(
    "--effective TIME",
    `when rows without a date begin, and codes that a full deck lacks end: ${TIME_FORM}`,
  ),
  received: option("--received TIME", "when the carrier sent it; notice counts from here; now if left out"),
  pastDates: option(
    "--past-dates HOW",
    "changes dated in the past hold as-given (if left out), or from now on",
    readChoice("as-given", "now"),
  ),
  notice: option("--notice LIST", "days of notice by kind of change, such as increase=7,closed=30", readNotice),
  jumpMax: option("--jump-max PERCENT", "warn of prices that change by more", readPercent),
  missingMax: option("--missing-max PERCENT", "block a full deck that lacks more of the codes", readPercent),
  costTariff: option("--cost-tariff NAME", "the tariff that says what calls cost: prices below it block"),
  marginMin: option("--margin-min PERCENT", "and so do prices with less margin over cost", readPercent),
  create: flag("--create", "create the tariff if it does not exist"),
  currency: option("--currency CODE", "of a tariff that is created; the deck's or the tenant's if left out"),
  decimals: option("--decimals N", "of a tariff that is created; 6 if left out", readWhole(0, 9)),
  rounding: option(
    "--rounding MODE",
    "of a tariff that is created; half-up if left out",
    readChoice(...ROUNDING_MODES),
  ),
  limit,
};

/** A deck file and what was said about it, ready to be imported. */
export async function readArrival(
  context: CommandContext,
  path: string,
  options: Values<typeof deckOptions>,
  command: string,
): Promise<Omit<DeckArrival, "dryRun" | "publish" | "acceptFindings">> {
  const bytes = await readDeckFile(path, context.stdin);
  const tenant = await context.tenant();
  const time = (text: string | undefined) => (text === undefined ? null : readTime(text, tenant.timeZone, command));
  const { currency, decimals, rounding } = options;
  const terms = Object.entries({ currency, decimals, rounding }).filter(([, value]) => value !== undefined);
  const [wordy] = options.create ? [] : terms;
  if (wordy !== undefined)
    throw commandLineInvalid({ what: `--${wordy[0]} is for a tariff that is made with --create.`, command });
  const template = await readTemplate(context, tenant.id, options, command);
  return {
    tenant,
    tariffName: options.tariff,
    create: options.create ? Object.fromEntries(terms) : null,
    file: { name: path === "-" ? "standard input" : basename(path), bytes },
    settings: settingsOf(template, options, { effectiveAt: time(options.effective), command }),
    receivedAt: time(options.received),
    now: fromInstant(context.now),
    actor: commandLineActor(context, tenant.id),
  };
}

async function readTemplate(
  context: CommandContext,
  tenantId: string,
  { template: name, templateFile: path }: Values<typeof deckOptions>,
  command: string,
): Promise<CarrierTemplate> {
  if (name !== undefined && path !== undefined)
    throw commandLineInvalid({ what: "Give --template or --template-file, not both.", command });
  if (name !== undefined) return await findTemplate(await context.db(), tenantId, name);
  return parseCarrierTemplate(path === undefined ? {} : parseTemplateText(await readText(path, context.stdin)));
}

/** What is said on the command line comes before what the template says. */
function settingsOf(
  { reading, handling }: CarrierTemplate,
  options: Values<typeof deckOptions>,
  { effectiveAt, command }: { readonly effectiveAt: DeckSettings["missingClosedAt"]; readonly command: string },
): DeckSettings {
  const mode = options.mode ?? handling.mode;
  if (mode === undefined)
    throw commandLineInvalid({
      what: "Say whether the deck is everything the carrier sells (--mode full) or only changes (--mode amendment).",
      command,
    });
  const defaults = {
    ...reading.defaults,
    ...(options.increments === undefined ? {} : { increments: options.increments }),
    ...(effectiveAt === null ? {} : { effectiveFrom: toInstant(effectiveAt).toString() }),
  };
  return {
    template: { ...reading, ...(Object.keys(defaults).length === 0 ? {} : { defaults }) },
    mode,
    pastDates: options.pastDates ?? handling.pastDates ?? "as-given",
    missingClosedAt: effectiveAt,
    rules: rulesOf(handling.rules ?? {}, options),
    costTariff: options.costTariff ?? handling.costTariff ?? null,
  };
}

function rulesOf(rules: DeckRules, options: Values<typeof deckOptions>): DeckRules {
  const { jumpMax: jumpPercentMax, marginMin: marginPercentMin, missingMax: missingPercentMax, notice } = options;
  const noticeDays = notice && { ...rules.noticeDays, ...notice };
  const given = Object.entries({ jumpPercentMax, marginPercentMin, missingPercentMax, noticeDays });
  return { ...rules, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

function readNotice(text: string): NonNullable<DeckRules["noticeDays"]> {
  const entries = text.split(",").map((part) => /^([a-z]+)=(\d{1,3})$/.exec(part.trim()));
  if (entries.some((entry) => entry === null || !isNoticeKind(entry[1]) || Number(entry[2]) > 365))
    throw inputRefused(
      `Give days (0 to 365) by kind, such as "increase=7,closed=30"; kinds: ${NOTICE_KINDS.join(", ")}.`,
    );
  return Object.fromEntries(entries.map((entry) => [entry?.[1], Number(entry?.[2])]));
}

const isNoticeKind = (kind: string | undefined): boolean => NOTICE_KINDS.some((one) => one === kind);

function readPercent(text: string): number {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text)) throw inputRefused('Give a percentage such as "20" or "7.5".');
  return Number(text);
}
