import type { DecodedRow, Decoder } from "../decoder.ts";
import type { Slots } from "./fields.ts";
import type { JsonLayout } from "./layout.ts";
import type { RowRules } from "./row-rules.ts";

export class JsonDecoder implements Decoder {
  constructor(_layout: JsonLayout, _slots: Slots, _rules: RowRules) {}
  push(_chunk: Uint8Array): DecodedRow[] {
    return [];
  }
  end(): DecodedRow[] {
    return [];
  }
}
