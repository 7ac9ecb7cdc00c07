import { CuttingDecoder } from "../cutting-decoder.ts";
import type { DecoderSettings, RowOutcome } from "../decoder.ts";
import { faultReject } from "../mapping/record-faults.ts";
import { TextRow } from "../row.ts";
import { judgeUnended } from "../unended-line.ts";
import type { CsvDialect } from "./dialect.ts";
import type { CsvRecord } from "./record.ts";
import { CsvTokenizer } from "./tokenizer.ts";

/** How files of delimited records are written. */
export interface CsvFile {
  readonly dialect: CsvDialect;
  /** The switch's own number of any record. */
  readonly sequenceOf?: (record: CsvRecord) => string | undefined;
}

/** Decodes files of delimited records that no mapping describes, because each says itself what its columns are. */
export class CsvDecoder extends CuttingDecoder {
  protected readonly cutter: CsvTokenizer;
  readonly #isWhole: boolean;
  readonly #judge: (record: CsvRecord) => RowOutcome;

  /** `judge` says what becomes of a record that holds something and whose columns could be told. */
  constructor(
    { dialect, sequenceOf }: CsvFile,
    { isWhole = false }: DecoderSettings,
    judge: (record: CsvRecord) => RowOutcome,
  ) {
    super();
    this.#isWhole = isWhole;
    this.#judge = judge;
    this.cutter = new CsvTokenizer(dialect, "auto", (record) => {
      const { line, endOffset } = record;
      this.add(new TextRow(line, endOffset, record.raw(), this.#outcome(record), sequenceOf?.(record)));
    });
  }

  #outcome(record: CsvRecord): RowOutcome {
    const outcome = this.#endedOutcome(record);
    return record.isEnded || this.#isWhole ? outcome : judgeUnended(outcome);
  }

  #endedOutcome(record: CsvRecord): RowOutcome {
    if (record.fault !== null) return { kind: "reject", reject: faultReject(record.fault) };
    return record.isBlank ? { kind: "framing", what: "blank" } : this.#judge(record);
  }
}
