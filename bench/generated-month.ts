/**
 * A month of one switch's records, made as it goes: the same for the same size, on every machine, and its own account
 * of what must come of it. It holds what a real month holds: busy hours and quiet nights, a few accounts that make most
 * of the calls, more than a third of the calls unanswered, records that come hours late, records that come again (a
 * second collector of the same switch repeats some of what the first one delivered), and a few that nobody can be
 * charged for.
 */
export interface MonthFile {
  readonly name: string;
  readonly text: string;
}

/** What the records of all files so far come to, by the generator's own sums. Amounts are in billionths. */
export interface MonthTotals {
  rows: number;
  stored: number;
  duplicate: number;
  quarantined: number;
  answered: number;
  talkedS: number;
  sold: bigint;
  cost: bigint;
}

/** Prices a minute in hundredths of a cent, and the step in seconds that a call is rounded up to. */
export interface DestinationClass {
  readonly prefix: string;
  readonly salePerMinute: number;
  readonly costPerMinute: number;
  readonly stepS: number;
}

const CLASSES: readonly Omit<DestinationClass, "prefix">[] = [
  { salePerMinute: 120, costPerMinute: 60, stepS: 1 },
  { salePerMinute: 600, costPerMinute: 480, stepS: 60 },
  { salePerMinute: 90, costPerMinute: 30, stepS: 6 },
];

/** Where calls go to: prefixes of four digits, the price class by turns. */
export const DESTINATIONS: readonly DestinationClass[] = Array.from({ length: 900 }, (_, i) => ({
  prefix: String(4100 + i),
  ...(CLASSES[i % CLASSES.length] as Omit<DestinationClass, "prefix">),
}));

export const MONTH_TRUNKS = 8;
/** A month that is smaller than this is one of two days and few accounts, so that a test is soon done. */
const WHOLE_MONTH = 100_000;
const FILES_A_DAY = 4;
const SLOT_S = 86_400 / FILES_A_DAY;
const START_S = Date.UTC(2026, 1, 1) / 1000;
/** Shares of a day's calls: night, morning, afternoon, evening; of a hundred. */
const SLOT_SHARES = [8, 32, 38, 22];
/** Of a thousand records: those that come late, those that come again, and those of an unknown account. */
const LATE = 20;
const AGAIN = 35;
const UNKNOWN = 1;
const LATEST_SLOTS = 12;
const SAMPLES = 100;

interface GeneratedRecord {
  readonly line: string;
  readonly account: number | null;
  readonly talkS: number;
  readonly destination: DestinationClass;
}

/** Makes the files of a month with about `size` different records, in the order of their delivery. */
export class GeneratedMonth {
  readonly totals: MonthTotals = {
    rows: 0,
    stored: 0,
    duplicate: 0,
    quarantined: 0,
    answered: 0,
    talkedS: 0,
    sold: 0n,
    cost: 0n,
  };
  readonly accounts: number;
  /** A hundred answered calls from all over the month, to be looked for. */
  readonly samples: { readonly account: number; readonly called: string }[] = [];
  readonly #size: number;
  readonly #days: number;
  /** Lines that a later file delivers, by slot. */
  readonly #later = new Map<number, string[]>();
  #seed = 20_260_201;
  #made = 0;

  constructor(size: number) {
    this.#size = size;
    this.#days = size < WHOLE_MONTH ? 2 : 28;
    this.accounts = size < WHOLE_MONTH ? 50 : 2_000;
  }

  *files(): Generator<MonthFile> {
    const slots = this.#days * FILES_A_DAY;
    for (let slot = 0; slot < slots + LATEST_SLOTS; slot += 1) {
      const lines = slot < slots ? this.#linesOf(slot) : [];
      lines.push(...(this.#later.get(slot) ?? []));
      this.#later.delete(slot);
      if (lines.length > 0) yield { name: `cdr-${String(slot).padStart(4, "0")}.csv`, text: `${lines.join("\n")}\n` };
    }
  }

  #linesOf(slot: number): string[] {
    const share = SLOT_SHARES[slot % FILES_A_DAY] ?? 0;
    const count = Math.round((this.#size * share) / 100 / this.#days);
    const lines: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const { line, ...record } = this.#record(START_S + slot * SLOT_S + Math.floor((i * SLOT_S) / count));
      this.#count(record);
      if (this.#next(1000) < LATE) this.#deliverLater(slot, line);
      else lines.push(line);
      if (this.#next(1000) < AGAIN) {
        this.totals.rows += 1;
        this.totals.duplicate += 1;
        if (this.#next(2) === 0) lines.push(line);
        else this.#deliverLater(slot, line);
      }
    }
    return lines;
  }

  #deliverLater(slot: number, line: string): void {
    const later = slot + 1 + this.#next(LATEST_SLOTS);
    const lines = this.#later.get(later) ?? [];
    lines.push(line);
    this.#later.set(later, lines);
  }

  #record(setupS: number): GeneratedRecord {
    // The product of two: a few accounts, and a few destinations, have most of the calls.
    const account = Math.floor((this.#next(this.accounts) * this.#next(1000)) / 1000);
    const destination = DESTINATIONS[Math.floor((this.#next(900) * this.#next(1000)) / 1000)] as DestinationClass;
    const known = this.#next(1000) >= UNKNOWN;
    const talkS = this.#talkS();
    const ringS = 1 + this.#next(talkS === 0 ? 45 : 12);
    const calling = `1212${String(account).padStart(4, "0")}${String(this.#next(100)).padStart(3, "0")}`;
    const called = `${destination.prefix}${String(this.#next(10_000_000)).padStart(7, "0")}`;
    const key = `${this.#made.toString(16).padStart(12, "0")}-${this.#next(65_536).toString(16).padStart(4, "0")}`;
    this.#made += 1;
    const fields = [
      calling,
      called,
      stamp(setupS),
      talkS === 0 ? "" : stamp(setupS + ringS),
      stamp(setupS + ringS + talkS),
      ringS + talkS,
      talkS,
      talkS === 0 ? "NO_ANSWER" : "NORMAL_CLEARING",
      key,
      known ? `acct${account}` : `nobody${account}`,
      `carrier${this.#next(MONTH_TRUNKS)}`,
    ];
    if (known && talkS > 0 && this.#made * SAMPLES >= this.samples.length * this.#size)
      this.samples.push({ account, called });
    return { line: fields.map((field) => `"${field}"`).join(","), account: known ? account : null, talkS, destination };
  }

  #talkS(): number {
    const kind = this.#next(100);
    if (kind < 38) return 0;
    if (kind < 70) return 1 + this.#next(60);
    if (kind < 90) return 61 + this.#next(240);
    return 301 + this.#next(3300);
  }

  #count({ account, talkS, destination }: Omit<GeneratedRecord, "line">): void {
    this.totals.rows += 1;
    if (account === null) {
      this.totals.quarantined += 1;
      return;
    }
    this.totals.stored += 1;
    if (talkS === 0) return;
    this.totals.answered += 1;
    this.totals.talkedS += talkS;
    const billedS = BigInt(Math.ceil(talkS / destination.stepS) * destination.stepS);
    this.totals.sold += (billedS * BigInt(destination.salePerMinute) * NANOS_OF_A_HUNDREDTH_OF_A_CENT) / 60n;
    this.totals.cost += (billedS * BigInt(destination.costPerMinute) * NANOS_OF_A_HUNDREDTH_OF_A_CENT) / 60n;
  }

  /** A whole number below `below`: a linear congruential generator (Numerical Recipes), its high bits. */
  #next(below: number): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * below);
  }
}

/** All prices are multiples of 30 of these a minute, so that a second has a whole price. */
const NANOS_OF_A_HUNDREDTH_OF_A_CENT = 100_000n;

const stamp = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
