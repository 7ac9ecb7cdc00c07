import { counted } from "../../core/counted.ts";
import type { Reject } from "../../core/reject.ts";
import type { RowOutcome } from "../decoder.ts";
import { wholeNumber } from "../text/duration-text.ts";
import type { CallReader } from "./call-reader.ts";
import { compileCondition } from "./condition.ts";
import { compileDuration } from "./duration-value.ts";
import type { ConditionReader, Fields, MsReader, Slots, TextReader } from "./fields.ts";
import type { JsonNode } from "./json-node.ts";
import { compileText } from "./text-value.ts";

/** Records of which the first glance tells what becomes of them. */
interface OutcomeRule {
  readonly when: ConditionReader;
  readonly outcome: RowOutcome;
}

interface TrailerRule {
  readonly when: ConditionReader;
  readonly records: TextReader | null;
  readonly talked: MsReader | null;
  readonly isRequired: boolean;
}

const IGNORED: RowOutcome = { kind: "framing", what: "header" };
const TYPE_ROW: RowOutcome = { kind: "framing", what: "type-row" };

/**
 * What becomes of each record, in this order: passed over, trailer, wrong number of columns, not billable, columns the
 * file lacks, call. Keeps the counts that a trailer is checked against, from one trailer to the next.
 */
export class RowRules {
  readonly #framing: readonly OutcomeRule[];
  readonly #nonBillable: readonly OutcomeRule[];
  readonly #trailer: TrailerRule | null;
  readonly #readCall: CallReader;
  readonly #readSequence: TextReader | null;
  /** The switch's number of the record that was judged last; undefined where it has none or could not be read. */
  sequence: string | undefined;
  #records = 0;
  #rejects = 0;
  #talkedMs = 0;
  #isAfterTrailer = false;

  constructor(rules: {
    framing: readonly OutcomeRule[];
    nonBillable: readonly OutcomeRule[];
    trailer: TrailerRule | null;
    readCall: CallReader;
    readSequence: TextReader | null;
  }) {
    this.#framing = rules.framing;
    this.#nonBillable = rules.nonBillable;
    this.#trailer = rules.trailer;
    this.#readCall = rules.readCall;
    this.#readSequence = rules.readSequence;
  }

  /** Outcome of one record. `countFault` and `columnFault` are what the file's layout has against it, if anything. */
  judge(fields: Fields, countFault: Reject | null, columnFault: Reject | null): RowOutcome {
    this.sequence = undefined;
    const framing = this.#framing.find(({ when }) => when(fields));
    if (framing !== undefined) return framing.outcome;
    if (this.#trailer?.when(fields)) return this.#closeWith(this.#trailer, fields);
    if (countFault !== null) return this.reject(countFault);
    const outcome = this.#judgeRecord(fields, columnFault);
    this.sequence = this.#readSequence?.(fields) || undefined;
    return outcome;
  }

  #judgeRecord(fields: Fields, columnFault: Reject | null): RowOutcome {
    const rule = this.#nonBillable.find(({ when }) => when(fields));
    if (rule !== undefined) {
      this.#count();
      return rule.outcome;
    }
    if (columnFault !== null) return this.reject(columnFault);
    const call = this.#readCall(fields);
    if ("code" in call) return this.reject(call);
    this.#count();
    this.#talkedMs += call.talkedMs;
    return { kind: "call", call };
  }

  /** Sets a record aside, and counts it. */
  reject(reject: Reject): RowOutcome {
    this.sequence = undefined;
    this.#count();
    this.#rejects++;
    return { kind: "reject", reject };
  }

  /** At the end of the file: a reject when it should have ended with a trailer, because then its end is missing. */
  atEnd(): RowOutcome | null {
    if (!this.#trailer?.isRequired || this.#isAfterTrailer) return null;
    return {
      kind: "reject",
      reject: {
        code: "trailer-missing",
        what: `The file ends after ${counted(this.#records, "record")} without its trailer.`,
        fix: "The file was cut off: fetch it again from the switch.",
      },
    };
  }

  #count(): void {
    this.#records++;
    this.#isAfterTrailer = false;
  }

  #closeWith(trailer: TrailerRule, fields: Fields): RowOutcome {
    const read = { records: this.#records, rejects: this.#rejects, talkedS: Math.floor(this.#talkedMs / 1000) };
    this.#records = this.#rejects = this.#talkedMs = 0;
    this.#isAfterTrailer = true;
    const records = trailer.records === null ? undefined : wholeNumber(trailer.records(fields));
    const talkedMs = trailer.talked === null ? null : trailer.talked(fields);
    const talkedS = typeof talkedMs === "number" ? Math.floor(talkedMs / 1000) : undefined;
    if (trailer.records !== null && records !== read.records)
      return trailerMismatch(`${stated(records, "record")}, and ${read.records} came before it`);
    // A reject's talk time is unknown, so seconds can be compared only when there was none.
    if (trailer.talked !== null && read.rejects === 0 && talkedS !== read.talkedS)
      return trailerMismatch(`${stated(talkedS, "second")}, and the records before it have ${read.talkedS}`);
    return {
      kind: "framing",
      what: "trailer",
      ...(records === undefined ? {} : { records }),
      ...(talkedS === undefined ? {} : { talkedS }),
    };
  }
}

const stated = (count: number | undefined, what: string): string =>
  count === undefined ? `no number of ${what}s` : counted(count, what);

const trailerMismatch = (difference: string): RowOutcome => ({
  kind: "reject",
  reject: {
    code: "trailer-mismatch",
    what: `The trailer says ${difference}.`,
    fix: "Records were lost or added on the way: compare with the switch and fetch the file again.",
  },
});

/**
 * Compiles `rows` of a mapping; throws Problem `mapping-invalid`. `readSequence` reads the switch's own number of a
 * record, where it has one.
 */
export function compileRowRules(
  node: JsonNode | undefined,
  slots: Slots,
  readCall: CallReader,
  readSequence: TextReader | null = null,
): RowRules {
  node?.only("ignore", "typeRow", "nonBillable", "trailer");
  const ignore = node?.get("ignore")?.list() ?? [];
  const framing = ignore.map((item): OutcomeRule => ({ when: compileCondition(item, slots), outcome: IGNORED }));
  const typeRow = node?.get("typeRow");
  if (typeRow !== undefined) framing.push({ when: compileCondition(typeRow, slots), outcome: TYPE_ROW });
  const nonBillable = (node?.get("nonBillable")?.list() ?? []).map((item): OutcomeRule => {
    item.only("when", "why");
    const why = item.need("why", "Say why such a record is not billed; it is shown in the totals.").text();
    const when = compileCondition(item.need("when", "Write the condition."), slots);
    return { when, outcome: { kind: "non-billable", why } };
  });
  const trailer = node?.get("trailer");
  const closing = trailer ? compileTrailer(trailer, slots) : null;
  return new RowRules({ framing, nonBillable, trailer: closing, readCall, readSequence });
}

function compileTrailer(node: JsonNode, slots: Slots): TrailerRule {
  node.only("when", "records", "talked", "required");
  const records = node.get("records");
  const talked = node.get("talked");
  return {
    when: compileCondition(node.need("when", "Write the condition that tells the trailer from a record."), slots),
    records: records === undefined ? null : compileText(records.optionalColumn(), slots),
    talked: talked === undefined ? null : compileDuration(talked.optionalColumn(), slots),
    isRequired: node.get("required")?.flag() ?? false,
  };
}
