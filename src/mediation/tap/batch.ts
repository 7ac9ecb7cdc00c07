import { type BerElement, childOf, findElements } from "../ber/element.ts";
import type { BerTag } from "../ber/tag.ts";
import { smallIntegerOf, textOf } from "../ber/values.ts";
import { TAP } from "./tags.ts";

/** What the parts of a TransferBatch before its events say about all of them. */
export interface TapBatch {
  /** TADIG codes of the network that was visited and of the one that is sent the file ("GBRAA", "USABB"). */
  readonly sender: string;
  readonly recipient: string;
  /** "00001" to "99999", counted by sender and recipient. */
  readonly sequence: string;
  /** Files that networks exchange before they charge each other. */
  readonly isTest: boolean;
  /** Decimal places of amounts: 24000 with 5 of them is 0.24. */
  readonly decimalPlaces: number;
  /** Offsets from UTC ("+0100"), by the code that events use for them. */
  readonly utcOffsets: ReadonlyMap<number, string>;
  /** Switches that recorded the events, by the code that events use for them. */
  readonly recEntities: ReadonlyMap<number, string>;
}

export const EMPTY_BATCH: TapBatch = {
  sender: "",
  recipient: "",
  sequence: "",
  isTest: false,
  decimalPlaces: 0,
  utcOffsets: new Map(),
  recEntities: new Map(),
};

/** Parts of a TransferBatch that come before its events. */
export const BATCH_PARTS: ReadonlySet<BerTag> = new Set([
  TAP.BatchControlInfo,
  TAP.AccountingInfo,
  TAP.NetworkInfo,
  TAP.VasInfoList,
  TAP.MessageDescriptionInfoList,
]);

/** The batch with what one of its parts adds. */
export function withPart(batch: TapBatch, part: BerElement): TapBatch {
  switch (part.tag) {
    case TAP.BatchControlInfo:
      return {
        ...batch,
        sender: text(part, TAP.Sender),
        recipient: text(part, TAP.Recipient),
        sequence: text(part, TAP.FileSequenceNumber),
        isTest: text(part, TAP.FileTypeIndicator) === "T",
      };
    case TAP.AccountingInfo:
      return { ...batch, decimalPlaces: smallInteger(part, TAP.TapDecimalPlaces) ?? 0 };
    case TAP.NetworkInfo:
      return {
        ...batch,
        utcOffsets: table(part, TAP.UtcTimeOffsetInfo, { code: TAP.UtcTimeOffsetCode, value: TAP.UtcTimeOffset }),
        recEntities: table(part, TAP.RecEntityInformation, { code: TAP.RecEntityCode, value: TAP.RecEntityId }),
      };
    default:
      return batch;
  }
}

function table(
  part: BerElement,
  row: BerTag,
  { code, value }: { readonly code: BerTag; readonly value: BerTag },
): ReadonlyMap<number, string> {
  const values = new Map<number, string>();
  for (const element of findElements(part, row)) {
    const key = smallInteger(element, code);
    if (key !== null) values.set(key, text(element, value));
  }
  return values;
}

function text(element: BerElement, tag: BerTag): string {
  const child = childOf(element, tag);
  return child === undefined ? "" : (textOf(child) ?? "");
}

function smallInteger(element: BerElement, tag: BerTag): number | null {
  const child = childOf(element, tag);
  return child === undefined ? null : smallIntegerOf(child);
}
