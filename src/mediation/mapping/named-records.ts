import type { DecoderSettings, RowOutcome } from "../decoder.ts";
import { CALL_PROPERTIES, compileCall } from "./call-reader.ts";
import { type Fields, Slots } from "./fields.ts";
import { JsonNode } from "./json-node.ts";
import { RecordIdentities } from "./record-identity.ts";
import { compileRowRules, type RowRules } from "./row-rules.ts";

/**
 * Reads records that come as names and values, one by one, by a declarative mapping without a layout: for formats that
 * cut their files themselves. A name that a record lacks is empty.
 */
export class NamedRecords {
  readonly #slots = new Slots();
  readonly #rules: RowRules;
  readonly #fields: NamedFields;

  /** Throws Problem `mapping-invalid`. */
  constructor(mapping: object, settings: DecoderSettings) {
    const node = new JsonNode(mapping).only("rows", ...CALL_PROPERTIES);
    this.#rules = compileRowRules(node.get("rows"), this.#slots, compileCall(node, this.#slots, settings));
    this.#fields = new NamedFields(this.#slots);
  }

  /** What becomes of a record; `raw` is its whole text, of which its identity is made where it has none. */
  judge(values: ReadonlyMap<string, string>, raw: string): RowOutcome {
    return this.#rules.judge(this.#fields.of(values, raw), null, null);
  }
}

class NamedFields implements Fields {
  readonly #slots: Slots;
  readonly #identities = new RecordIdentities();
  #values: ReadonlyMap<string, string> = new Map();
  #raw = "";
  #identity: string | null = null;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  of(values: ReadonlyMap<string, string>, raw: string): this {
    this.#values = values;
    this.#raw = raw;
    this.#identity = null;
    return this;
  }

  text(slot: number): string {
    return this.#values.get(String(this.#slots.all[slot]?.ref)) ?? "";
  }

  identity(): string {
    this.#identity ??= this.#identities.next(this.#raw);
    return this.#identity;
  }
}
