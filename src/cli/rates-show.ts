import { fromInstant, toInstant } from "../core/time/epoch.ts";
import type { ChangeKind } from "../decks/diff/deck-diff.ts";
import { type CheckedDeck, checkDeckDraft, type Deck, findDrafts } from "../server/tariff/check-deck-draft.ts";
import { defineCommand, type Outcome } from "./command.ts";
import { option, optionalArgument } from "./input.ts";
import { LIMIT, limit } from "./rates-options.ts";
import { changeJson, changesTable, comparisonJson, comparisonText, faultsOf, readingText } from "./rates-preview.ts";
import { readChoice } from "./read-input.ts";
import { timeText } from "./time-text.ts";

const CHANGE_LIMIT = 50;
const KINDS = [
  "new",
  "increase",
  "decrease",
  "unchanged",
  "closed",
  "blocked",
  "reopened",
  "expired",
  "error",
] as const;

/** `tollwright rates show` */
export const ratesShowCommand = defineCommand({
  name: "show",
  summary: "show what publishing a draft would do now, or list all drafts",
  about: "The draft is compared anew with its tariff. What was shown last is what `rates publish` publishes.",
  arguments: { draft: optionalArgument("DRAFT", "the draft's id; all drafts if left out") },
  options: {
    change: option("--change KIND", `changes of one kind only: ${KINDS.join(", ")}`, readChoice(...KINDS)),
    limit,
  },
  examples: [
    { command: "tollwright rates show", does: "Lists the drafts." },
    {
      command: "tollwright rates show 019bf3a2-0d7c-7000-9c1e-2f6b5d1a8e44 --change increase --limit 1000",
      does: "Lists the increases of one.",
    },
  ],
  async run(context, { draft }, options) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    if (draft === undefined) return listOutcome(await findDrafts(db, tenantId));
    const checked = await checkDeckDraft(db, { tenantId, deckId: draft, now: fromInstant(context.now) });
    return showOutcome(checked, options.change, options.limit);
  },
});

function listOutcome(drafts: readonly Deck[]): Outcome {
  if (drafts.length === 0) return { json: { drafts: [] }, human: ["There are no drafts."] };
  const titles = ["DRAFT", "TARIFF", "FILE", "MODE", "RECEIVED", "BY"].map((title) => ({ title }));
  return {
    json: { drafts: drafts.map(deckJson) },
    human: [
      {
        columns: titles,
        rows: drafts.map((deck) => [
          ...[deck.id, deck.tariffName, deck.fileName, deck.settings.mode],
          ...[timeText(deck.receivedAt), deck.createdBy],
        ]),
      },
    ],
  };
}

function showOutcome({ deck, rejected, draft }: CheckedDeck, kind: ChangeKind | undefined, limit?: number): Outcome {
  const head = readingText(deck.fileName, deck.reading);
  if (draft === null) {
    const state = deck.publishedVersion === null ? "discarded" : `published as version ${deck.publishedVersion}`;
    const human = [...head, `For tariff "${deck.tariffName}": ${state}.`];
    return { json: { deck: deckJson(deck), draft: null }, human };
  }
  const { comparison, currency } = draft;
  const about = { deck: deckJson(deck), currency };
  const faults = faultsOf(rejected, comparison);
  if (kind === undefined) {
    return {
      json: { ...about, draft: comparisonJson(comparison, limit ?? LIMIT) },
      human: [...head, ...comparisonText(comparison, limit ?? LIMIT)],
      ...faults,
    };
  }
  const changes = comparison.diff.changes.filter((change) => change.kind === kind);
  const listed = changes.slice(0, limit ?? CHANGE_LIMIT);
  const unlisted = changes.length - listed.length;
  return {
    json: { ...about, kind, total: changes.length, changes: listed.map(changeJson) },
    human: [changesTable(listed), ...(unlisted === 0 ? [] : [`… and ${unlisted} more.`])],
    ...faults,
  };
}

const deckJson = ({ receivedAt, createdAt, preview: _, settings, ...deck }: Deck): object => ({
  ...deck,
  settings,
  receivedAt: toInstant(receivedAt).toString(),
  createdAt: toInstant(createdAt).toString(),
});
