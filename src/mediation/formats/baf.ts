import { counted } from "../../core/counted.ts";
import type { Reject } from "../../core/reject.ts";
import { type BafCallSettings, bafCall } from "../baf/baf-call.ts";
import { BafClock } from "../baf/baf-clock.ts";
import { type BafRecord, openRecord, readFields, readModules } from "../baf/baf-record.ts";
import { type BafPiece, BafSplitter } from "../baf/baf-splitter.ts";
import {
  type BafField,
  CALL_STRUCTURES,
  FIELD_DIGITS,
  HEADER_STRUCTURES,
  NON_BILLABLE_STRUCTURES,
  TRAILER_FIELDS,
  TRAILER_STRUCTURES,
} from "../baf/structures.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import { type DecoderSettings, RAW_TEXT_MAX, type RowOutcome, type SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { contentHash } from "../mapping/record-identity.ts";
import { checkCall } from "../sanity.ts";
import { toHexadecimal } from "../text/hexadecimal.ts";

/**
 * Bellcore AMA (BAF): binary records of digits, as Metaswitch's call feature servers and other North American class 5
 * switches write them, in blocks or not. Times are the switch's local time. Records have no key of their own: it is a
 * hash of the record's content. Source: docs/guides/baf.md; vectors: test/vectors/cdr/baf/.
 */
export const baf: SwitchFormat = {
  name: "baf",
  title: "Bellcore AMA (BAF): Metaswitch and other class 5 switches",
  evidence: "unproven",
  isBinary: true,
  open: (settings) => new BafDecoder(settings),
};

/** Whether the records that a switch writes in the middle of a long call are calls; null: the operator has not said. */
type LongCalls = (typeof LONG_CALLS)[number] | null;
const LONG_CALLS = ["ignore", "bill"] as const;

interface BafOptions extends BafCallSettings {
  readonly longCalls: LongCalls;
  readonly structures: ReadonlyMap<string, readonly BafField[]>;
}

class BafDecoder extends CuttingDecoder {
  protected readonly cutter = new BafSplitter((piece) => this.#piece(piece));
  readonly #settings: DecoderSettings;
  readonly #options: BafOptions;
  readonly #clock: BafClock;
  /** Number of the record that comes next, from 1. */
  #number = 1;
  #endOffset = 0;
  /** Records since the last header, as a trailer counts them. */
  #records = 0;
  #isOpen = false;

  constructor(settings: DecoderSettings) {
    super();
    this.#settings = settings;
    this.#options = readOptions(settings.mapping);
    this.#clock = new BafClock(settings);
  }

  protected override atEnd(): void {
    if (this.#isOpen) this.#add("", rejected(trailerMissing(this.#records)));
  }

  #add(raw: string, outcome: RowOutcome): void {
    this.add({ line: this.#number, endOffset: this.#endOffset, raw, outcome });
  }

  #piece({ kind, bytes, endOffset }: BafPiece): void {
    this.#endOffset = endOffset;
    this.#add(toHexadecimal(bytes).slice(0, RAW_TEXT_MAX), this.#outcome(kind, bytes));
    if (kind !== "filler") this.#number++;
  }

  #outcome(kind: BafPiece["kind"], bytes: Uint8Array): RowOutcome {
    switch (kind) {
      case "record":
        return this.#record(bytes);
      case "file-header":
        return { kind: "framing", what: "header" };
      case "filler":
        return { kind: "framing", what: "blank" };
      case "damaged":
        this.#records++;
        return rejected(notBaf(`${bytes.length} bytes in which no record can be told`));
      case "cut-off":
        this.#records++;
        return rejected(notBaf("the file ends before it does"));
      default:
        return kind satisfies never;
    }
  }

  #record(bytes: Uint8Array): RowOutcome {
    const record = openRecord(bytes);
    if (typeof record === "string") {
      this.#records++;
      return rejected(notBaf(record));
    }
    const { structure, digits } = record;
    if (HEADER_STRUCTURES.has(structure)) {
      this.#records = 0;
      this.#isOpen = true;
      return { kind: "framing", what: "header" };
    }
    if (TRAILER_STRUCTURES.has(structure)) return this.#trailer(structure, digits);
    this.#records++;
    const why = NON_BILLABLE_STRUCTURES.get(structure);
    if (why !== undefined && !this.#options.structures.has(structure)) return { kind: "non-billable", why };
    return this.#call(record);
  }

  /** Records lost on the way show in the count; a fault of the count itself is one of the trailer. */
  #trailer(structure: string, digits: string): RowOutcome {
    const seen = this.#records;
    this.#isOpen = false;
    this.#records = 0;
    if (structure !== COUNTING_TRAILER) return { kind: "framing", what: "trailer" };
    const read = readFields(digits, TRAILER_FIELDS);
    if (typeof read === "string") return rejected(notBaf(read));
    const records = Number(read.fields.records);
    if (records !== seen) return rejected(trailerMismatch({ records, seen }));
    return { kind: "framing", what: "trailer", records };
  }

  #call({ structure, digits, hasModules, isFaulty }: BafRecord): RowOutcome {
    const names = this.#options.structures.get(structure) ?? CALL_STRUCTURES.get(structure);
    if (names === undefined) return rejected(structureUnknown(structure));
    if (isFaulty) return rejected(markedFaulty());
    const read = readFields(digits, names);
    if (typeof read === "string") return rejected(notBaf(read));
    const { fields, rest } = read;
    const stage = LONG_CALL_STAGES.get(fields.timing?.[2] ?? "");
    if (stage !== undefined && this.#options.longCalls === "ignore")
      return { kind: "non-billable", why: `${stage} of a long call` };
    if (stage !== undefined && this.#options.longCalls === null) return rejected(longCallUndecided(stage));
    const call = bafCall(fields, hasModules ? readModules(rest) : [], {
      callType: fields.callType ?? "",
      key: contentHash(structure + digits),
      clock: this.#clock,
      settings: this.#options,
    });
    if ("code" in call) return rejected(call);
    const reject = checkCall(call, this.#settings);
    return reject ? rejected(reject) : { kind: "call", call };
  }
}

/** The trailer whose count of records leaves out header and trailer, as Metaswitch writes it. */
const COUNTING_TRAILER = "9014";

/** Values of the timing indicator's third digit that mark a record in the middle of a call. */
const LONG_CALL_STAGES: ReadonlyMap<string, string> = new Map([
  ["1", "start"],
  ["2", "continuation"],
]);

/** Call type 119 is a call that came in from a carrier. */
const TERMINATING_CALL_TYPES = ["119"];

function readOptions(mapping: unknown): BafOptions {
  const node = new JsonNode(mapping ?? {}).only("countryCode", "terminating", "longCalls", "structures");
  const countryCode = node.get("countryCode");
  const structures = node.get("structures")?.entries() ?? [];
  return {
    countryCode: countryCode === undefined ? "1" : countryCode.text(),
    terminating: new Set(
      node
        .get("terminating")
        ?.list()
        .map((item) => item.text()) ?? TERMINATING_CALL_TYPES,
    ),
    longCalls: node.get("longCalls")?.oneOf(LONG_CALLS) ?? null,
    structures: new Map(structures.map(([code, names]) => [code, names.list().map((name) => name.oneOf(FIELDS))])),
  };
}

const FIELDS = Object.keys(FIELD_DIGITS) as BafField[];

const rejected = (reject: Reject): RowOutcome => ({ kind: "reject", reject });

const notBaf = (reason: string): Reject => ({
  code: "record-not-baf",
  what: `The record cannot be read as BAF: ${reason}.`,
  fix: "Fetch the file again in binary mode. If all records are so, describe the structure in the source's mapping.",
});

const structureUnknown = (structure: string): Reject => ({
  code: "value-invalid",
  what: `The structure ${structure} is none that is known to hold a call.`,
  fix: `List its fields in the source's mapping: { "structures": { "${structure}": ["callType", …] } }, and retry.`,
});

const markedFaulty = (): Reject => ({
  code: "value-invalid",
  what: "The switch itself marked the record as faulty (identifier AB).",
  fix: "Compare it with the switch. If it is right, change the fifth byte from ab to aa and retry.",
});

const longCallUndecided = (stage: string): Reject => ({
  code: "value-invalid",
  what: `The record is the ${stage} of a long call, and nobody has said whether the last one holds the whole call.`,
  fix: 'Ask the switch\'s owner; set "longCalls" in the mapping to "ignore" if so, to "bill" if not, and retry.',
});

const trailerMismatch = ({ records, seen }: { records: number; seen: number }): Reject => ({
  code: "trailer-mismatch",
  what: `The trailer says ${counted(records, "record")}, and ${seen} came before it.`,
  fix: "Records were lost or added on the way: compare with the switch and fetch the file again.",
});

const trailerMissing = (records: number): Reject => ({
  code: "trailer-missing",
  what: `The file ends after ${counted(records, "record")} without its trailer.`,
  fix: "The switch is still writing it, or it was cut off: fetch it again. The records before its end were read.",
});
