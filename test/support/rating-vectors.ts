import { readdirSync, readFileSync } from "node:fs";
import { parseCurrency } from "../../src/core/money/currency.ts";
import { type Decimal, parseDecimal } from "../../src/core/money/decimal.ts";
import { ROUNDING_MODES } from "../../src/core/money/rounding.ts";
import { parseE164 } from "../../src/core/numbering/number.ts";
import type { CallToRate } from "../../src/core/rating/opening.ts";
import { type CompiledTariff, compileTariff, withOverrides } from "../../src/core/tariff/compiled-tariff.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import type { Derivation, TariffTerms, TimeWindow } from "../../src/core/tariff/tariff.ts";
import { epochMs } from "../../src/core/time/epoch.ts";

/** One line of a vector file that asserts something. The grammar is told in test/vectors/README.md. */
export type RatingVector = CallVector | TalkVector | RankVector;

interface Asserted {
  /** "windows.txt:12 call 4412345 …" */
  readonly title: string;
  readonly why: string;
}
export interface CallVector extends Asserted {
  readonly kind: "call";
  readonly tariff: CompiledTariff;
  readonly call: CallToRate;
  readonly expected: string;
}
export interface TalkVector extends Asserted {
  readonly kind: "talk";
  readonly tariff: CompiledTariff;
  readonly call: Omit<CallToRate, "talkedS">;
  readonly balance: Decimal;
  readonly capS: number;
  readonly expected: string;
}
export interface RankVector extends Asserted {
  readonly kind: "rank";
  readonly tariffs: readonly { readonly vendorId: string; readonly tariff: CompiledTariff }[];
  readonly call: CallToRate;
  readonly expected: string;
}

/** All vectors under test/vectors/rating/. A line that can't be read throws, with its place. */
export function readRatingVectors(): RatingVector[] {
  const folder = new URL("../vectors/rating/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return files.sort().flatMap((name) => new VectorFile(name, readFileSync(new URL(name, folder), "utf8")).read());
}

type Settings = Map<string, string>;
type Draft = { name: string; settings: Settings; windows: TimeWindow[]; rates: Rate[] };

class VectorFile {
  readonly #name: string;
  readonly #lines: readonly string[];
  readonly #tariffs = new Map<string, CompiledTariff>();
  #line = 0;
  #draft: Draft | undefined;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#lines = text.split("\n");
  }

  read(): RatingVector[] {
    const vectors: RatingVector[] = [];
    for (const raw of this.#lines) {
      this.#line += 1;
      const line = raw.replace(/(^|\s)#.*$/, "").trim();
      if (line === "") continue;
      const vector = this.#readLine(line);
      if (vector) vectors.push(vector);
    }
    return vectors;
  }

  #readLine(line: string): RatingVector | undefined {
    const [asserted = "", why = ""] = line.split("|").map((part) => part.trim());
    const [statement = "", expected = ""] = asserted.split(/\s=\s+/);
    const [keyword, ...words] = statement.trim().split(/\s+/);
    const settings: Settings = new Map(
      words.filter((word) => word.includes("=")).map((word) => word.split("=", 2) as [string, string]),
    );
    const plain = words.filter((word) => !word.includes("="));
    const title = `${this.#name}:${this.#line} ${asserted}`;
    switch (keyword) {
      case "tariff":
      case "overrides":
        this.#draft = { name: plain[0] ?? this.#fail("a name"), settings, windows: [], rates: [] };
        return undefined;
      case "window":
        this.#current().windows.push(this.#window(plain, settings));
        return undefined;
      case "rate":
      case "blocked":
        this.#current().rates.push(this.#rate(plain, settings, keyword === "blocked"));
        return undefined;
      case "slot":
        this.#addSlot(plain);
        return undefined;
      case "call":
        return { kind: "call", title, why, tariff: this.#tariff(), call: this.#call(plain, settings), expected };
      case "talk": {
        const balance = this.#decimal(settings.get("balance"));
        const capS = Number(settings.get("cap") ?? 86_400);
        const call = this.#call([plain[0] ?? "", "0s", plain[1] ?? ""], settings);
        return { kind: "talk", title, why, tariff: this.#tariff(), call, balance, capS, expected };
      }
      case "rank": {
        const names = (settings.get("of") ?? this.#fail("of=A,B")).split(",");
        this.#tariff();
        const tariffs = names.map((vendorId) => ({ vendorId, tariff: this.#known(vendorId) }));
        return { kind: "rank", title, why, tariffs, call: this.#call(plain, settings), expected };
      }
      default:
        return this.#fail(`one of tariff, overrides, window, rate, blocked, slot, call, talk, rank; got "${keyword}"`);
    }
  }

  /** The tariff of the block above, compiled when the first line uses it. */
  #tariff(): CompiledTariff {
    const { name } = this.#current();
    if (!this.#tariffs.has(name)) this.#compile(this.#current());
    return this.#known(name);
  }

  #compile({ name, settings, windows, rates }: Draft): void {
    const overridden = settings.get("over");
    if (overridden) {
      this.#tariffs.set(name, withOverrides(this.#known(overridden), rates));
      return;
    }
    const baseName = settings.get("base");
    const base = baseName === undefined ? null : this.#known(baseName);
    const terms = this.#terms(settings, windows);
    const derivation: Derivation | null = base && {
      baseTariffId: base.tariffId,
      markupPercent: this.#decimal(settings.get("markup") ?? "0"),
      addPerUnit: this.#decimal(settings.get("add") ?? "0"),
      decimals: Number(settings.get("rate-decimals") ?? 6),
      rounding: this.#oneOf(settings.get("rate-rounding") ?? "half-up", ROUNDING_MODES),
      increments: settings.has("increments") ? this.#increments(settings.get("increments") ?? "") : null,
    };
    this.#tariffs.set(name, compileTariff({ tariffId: name, number: 1, terms, rates, derivation }, base));
  }

  #known(name: string): CompiledTariff {
    if (!this.#tariffs.has(name) && this.#draft?.name === name) this.#compile(this.#draft);
    return this.#tariffs.get(name) ?? this.#fail(`a tariff above that is used by a line of its own, got "${name}"`);
  }

  #terms(settings: Settings, windows: readonly TimeWindow[]): TariffTerms {
    return {
      currency: parseCurrency(settings.get("currency") ?? "USD") ?? this.#fail("a currency"),
      timeZone: settings.get("zone") ?? "UTC",
      incrementBase: this.#oneOf(settings.get("count") ?? "after-initial", ["after-initial", "total"] as const),
      decimals: Number(settings.get("decimals") ?? 4),
      rounding: this.#oneOf(settings.get("rounding") ?? "half-up", ROUNDING_MODES),
      windowCrossing: this.#oneOf(settings.get("crossing") ?? "split", ["split", "at-answer"] as const),
      reprice: this.#oneOf(settings.get("reprice") ?? "at-answer", ["at-answer", "at-next-slice"] as const),
      windows,
    };
  }

  /** `window NAME from=08:00 until=19:00 [days=1-5] [dates=12-25,2026-04-03] [priority=10]` */
  #window([name = this.#fail("a name")]: readonly string[], settings: Settings): TimeWindow {
    const clockS = (text: string) => {
      const [hours, minutes, seconds = 0] = text.split(":").map(Number);
      return (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + seconds;
    };
    const [firstDay, lastDay = firstDay] = (settings.get("days") ?? "0-0").split("-").map(Number);
    const weekdays = [1, 2, 3, 4, 5, 6, 7].filter((day) => day >= (firstDay ?? 0) && day <= (lastDay ?? 0));
    return {
      name,
      priority: Number(settings.get("priority") ?? 0),
      weekdays,
      dates: settings.get("dates")?.split(",") ?? [],
      fromS: clockS(settings.get("from") ?? "00:00"),
      untilS: clockS(settings.get("until") ?? "24:00"),
    };
  }

  /** `rate PREFIX RATE/UNIT FIRST/NEXT [connect= free= minimum= least= most= most-then= window= from= until= name=]` */
  #rate([prefix, price = "0/60", steps = "1/1"]: readonly string[], settings: Settings, blocked: boolean): Rate {
    const [ratePerUnit, unitS] = price.split("/");
    const decimal = (key: string) => (settings.has(key) ? this.#decimal(settings.get(key)) : null);
    return {
      prefix: prefix === "any" ? "" : (prefix ?? this.#fail("a prefix")),
      destination: settings.get("name") ?? `to ${prefix}`,
      blocked,
      ratePerUnit: this.#decimal(ratePerUnit),
      unitS: Number(unitS),
      increments: this.#increments(steps),
      slots: [],
      connectFee: decimal("connect") ?? this.#decimal("0"),
      minimumS: Number(settings.get("minimum") ?? 0),
      freeS: Number(settings.get("free") ?? 0),
      minimumCost: decimal("least"),
      maximumCost: decimal("most"),
      atMaximumCost: this.#oneOf(settings.get("most-then") ?? "free", ["free", "disconnect"] as const),
      window: settings.get("window") ?? null,
      effectiveFrom: settings.has("from") ? this.#instant(settings.get("from")) : epochMs(0),
      effectiveTo: settings.has("until") ? this.#instant(settings.get("until")) : null,
    };
  }

  /** `slot FROM RATE/UNIT STEP`: goes on from second FROM of the rate above. */
  #addSlot([from, price = "", step]: readonly string[]): void {
    const rate = this.#current().rates.pop() ?? this.#fail("a rate above the slot");
    const [ratePerUnit, unitS] = price.split("/");
    const slot = { ratePerUnit: this.#decimal(ratePerUnit), unitS: Number(unitS), stepS: Number(step) };
    this.#current().rates.push({ ...rate, slots: [...rate.slots, { fromS: Number(from), ...slot }] });
  }

  /** `CALLED 95s 2026-03-02T10:00:00Z [allowance=60] [allowance-pays=connect]` */
  #call([called = "", talked = "", at]: readonly string[], settings: Settings): CallToRate {
    const leftS = settings.get("allowance");
    const paysConnectFee = settings.get("allowance-pays") === "connect";
    return {
      called: parseE164(called) ?? this.#fail(`a number of E.164, got "${called}"`),
      answeredAt: this.#instant(at),
      talkedS: /^\d+s$/.test(talked)
        ? Number(talked.slice(0, -1))
        : this.#fail(`a talk time like 95s, got "${talked}"`),
      ...(leftS === undefined ? {} : { allowance: { leftS: Number(leftS), paysConnectFee } }),
    };
  }

  #increments(text: string): { firstS: number; nextS: number } {
    const [firstS, nextS] = text.split("/").map(Number);
    return { firstS: firstS ?? this.#fail("steps like 30/6"), nextS: nextS ?? this.#fail("steps like 30/6") };
  }

  #decimal = (text: string | undefined): Decimal => parseDecimal(text ?? "") ?? this.#fail(`a number, got "${text}"`);

  #instant = (text: string | undefined) => epochMs(Temporal.Instant.from(text ?? "").epochMilliseconds);

  #oneOf<Word extends string>(text: string, words: readonly Word[]): Word {
    return words.find((word) => word === text) ?? this.#fail(`one of ${words.join(", ")}, got "${text}"`);
  }

  #current = (): Draft => this.#draft ?? this.#fail("a tariff line first");

  #fail(wanted: string): never {
    throw new Error(`test/vectors/rating/${this.#name}:${this.#line}: expected ${wanted}`);
  }
}
