import { addressKey, parseAddress, parseAddressRange } from "../../core/tenancy/address-range.ts";
import type { SyslogMessage } from "../../protocol/syslog/parse-message.ts";
import type { Source } from "../mediation/source.ts";
import type { SyslogSettings } from "./settings.ts";

/** A source that takes messages. */
export interface SyslogSource {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly name: string;
  readonly settings: SyslogSettings;
}

/** What a message is. */
export type Routed =
  | { readonly kind: "record"; readonly source: SyslogSource; readonly text: string }
  /** From a sender of records, and none: another program, or no marker. */
  | { readonly kind: "ignored"; readonly source: SyslogSource };

interface Sender {
  readonly source: SyslogSource;
  readonly family: 4 | 6;
  readonly length: number;
  readonly key: number | string;
}

/** Tells whose records messages are, by their sender's address, their program and their marker. */
export class SenderTable {
  /** The narrowest range first; of equal ones, those that ask for a program or a marker. */
  readonly #senders: readonly Sender[];

  constructor(sources: readonly SyslogSource[]) {
    this.#senders = sources
      .flatMap((source) => source.settings.from.flatMap((range) => senderOf(source, range)))
      .sort((a, b) => b.length - a.length || wantedOf(b) - wantedOf(a));
  }

  /** The sources that take messages from an address; none: nobody let it in. */
  at(address: string): readonly SyslogSource[] {
    const words = parseAddress(address);
    if (words === undefined) return [];
    const family = words.length === 1 ? 4 : 6;
    return this.#senders
      .filter((sender) => sender.family === family && addressKey(words, sender.length) === sender.key)
      .map(({ source }) => source);
  }

  /** Errors: none; `sources` are those of {@link at}, at least one. */
  static route(sources: readonly SyslogSource[], message: SyslogMessage): Routed | undefined {
    for (const source of sources) {
      const { program, marker } = source.settings;
      if (program !== null && program !== message.program) continue;
      // Relays that rewrite a message (rsyslog) leave a space before its text.
      const whole = marker === null ? message.text : message.text.trimStart();
      if (marker !== null && !whole.startsWith(marker)) continue;
      const text = whole.slice(marker?.length ?? 0).replace(/\r\n|[\r\n]/g, " ");
      if (text.trim() !== "") return { kind: "record", source, text };
    }
    const [source] = sources;
    return source && { kind: "ignored", source };
  }
}

/** A source of settings that take messages; undefined for others. */
export const syslogSourceOf = ({ tenantId, id, name, config }: Source): SyslogSource | undefined =>
  config.syslog === null ? undefined : { tenantId, sourceId: id, name, settings: config.syslog };

function senderOf(source: SyslogSource, text: string): Sender[] {
  const range = parseAddressRange(text);
  return range === undefined
    ? []
    : [{ source, family: range.family, length: range.length, key: addressKey(range.words, range.length) }];
}

const wantedOf = ({ source: { settings } }: Sender): number =>
  Number(settings.program !== null) + Number(settings.marker !== null);
