import {
  ATTRIBUTE_TYPES,
  type AttributeDefinition,
  type AttributeType,
  type Dictionary,
  USUAL_FORMAT,
  type VendorDefinition,
} from "./dictionary.ts";

export interface DictionaryFault {
  readonly kind: "fault";
  readonly line: number;
  readonly what: string;
}

/** Lines of a file; more is none. */
const LINES_MAX = 20_000;
/** Attributes within attributes within attributes. */
const DEPTH_MAX = 4;

interface OpenAttribute extends AttributeDefinition {
  readonly valueNames: Map<number, string>;
  readonly children: Map<number, OpenAttribute>;
}

interface OpenVendor extends VendorDefinition {
  readonly attributes: Map<number, OpenAttribute>;
}

/**
 * Reads dictionaries in the words of FreeRADIUS's files, so that a site's own file serves: `ATTRIBUTE name number
 * type`, `VALUE attribute name number`, `VENDOR name number [format=2,1]`, `BEGIN-VENDOR`, `END-VENDOR`. Of two texts
 * the later has its way: a number that was taken becomes another attribute, for reading and writing. Attributes whose
 * values are hidden or tagged, and types that we don't know, are octets. Other lines ($INCLUDE, flags) are passed over.
 */
export function parseDictionary(...texts: readonly string[]): Dictionary | DictionaryFault {
  const reader = new DictionaryReader();
  for (const text of texts) {
    const lines = text.split("\n");
    if (lines.length > LINES_MAX) return { kind: "fault", line: LINES_MAX, what: `more than ${LINES_MAX} lines` };
    for (const [index, line] of lines.entries()) {
      const what = reader.read(line.replace(/#.*$/, "").trim().split(/\s+/));
      if (what !== undefined) return { kind: "fault", line: index + 1, what };
    }
  }
  return reader.dictionary;
}

class DictionaryReader {
  readonly #attributes = new Map<number, OpenAttribute>();
  readonly #vendors = new Map<number, OpenVendor>();
  readonly #byName = new Map<string, OpenAttribute>();
  /** Whose attributes the lines are; undefined: nobody's. */
  #vendor: OpenVendor | undefined;

  get dictionary(): Dictionary {
    return { attributes: this.#attributes, vendors: this.#vendors, byName: this.#byName };
  }

  /** Takes a line's words; returns what is wrong with them. */
  read([keyword, ...words]: readonly string[]): string | undefined {
    switch (keyword) {
      case "ATTRIBUTE":
        return this.#attribute(words);
      case "VALUE":
        return this.#value(words);
      case "VENDOR":
        return this.#addVendor(words);
      case "BEGIN-VENDOR":
        this.#vendor = this.#vendors.values().find(({ name }) => name === words[0]);
        return this.#vendor === undefined ? `no VENDOR ${words[0] ?? ""}` : undefined;
      case "END-VENDOR":
        this.#vendor = undefined;
        return undefined;
      default:
        return undefined;
    }
  }

  #attribute([name, number, typeText, flags]: readonly string[]): string | undefined {
    if (name === undefined || number === undefined || typeText === undefined) return "ATTRIBUTE name number type";
    const path = number.split(".").map(readNumber);
    if (path.length > DEPTH_MAX || !path.every((each) => each !== undefined))
      return `no number of an attribute: ${number}`;
    const siblings = this.#siblingsOf(path);
    if (siblings === undefined) return `nothing that ${number} could be in`;
    const own = path.at(-1) ?? 0;
    const type = typeOf(typeText, flags);
    const valueNames = new Map<number, string>();
    const known = siblings.get(own);
    const children = known?.type === type ? known.children : new Map<number, OpenAttribute>();
    const attribute = { name, vendor: this.#vendor?.id ?? 0, path, type, valueNames, children };
    if (known !== undefined) this.#byName.delete(known.name);
    siblings.set(own, attribute);
    this.#byName.set(name, attribute);
    return undefined;
  }

  /** The attributes among which one with this path stands. */
  #siblingsOf(path: readonly number[]): Map<number, OpenAttribute> | undefined {
    let siblings: Map<number, OpenAttribute> | undefined = this.#vendor?.attributes ?? this.#attributes;
    for (const number of path.slice(0, -1)) siblings = siblings?.get(number)?.children;
    return siblings;
  }

  #value([attributeName, name, number]: readonly string[]): string | undefined {
    const value = readNumber(number ?? "");
    if (attributeName === undefined || name === undefined || value === undefined) return "VALUE attribute name number";
    // Files of others name values of attributes that they leave out.
    this.#byName.get(attributeName)?.valueNames.set(value, name);
    return undefined;
  }

  #addVendor([name, number, format = ""]: readonly string[]): string | undefined {
    const id = readNumber(number ?? "");
    if (name === undefined || id === undefined) return "VENDOR name number";
    const octets = formatOf(format);
    if (octets === undefined) return `no format: ${format}`;
    this.#vendors.set(id, { id, name, ...octets, attributes: this.#vendors.get(id)?.attributes ?? new Map() });
    return undefined;
  }
}

/**
 * `format=2,1`: octets of type and length; FreeRADIUS's third word asks for WiMAX's continuation, which we read as
 * octets.
 */
function formatOf(format: string): Pick<VendorDefinition, "typeOctets" | "lengthOctets"> | undefined {
  if (!format.startsWith("format=")) return USUAL_FORMAT;
  const [, type, length] = /^format=([124]),([012])(?:,c)?$/.exec(format) ?? [];
  if (type === undefined) return undefined;
  return { typeOctets: Number(type) as 1 | 2 | 4, lengthOctets: Number(length) as 0 | 1 | 2 };
}

function typeOf(text: string, flags = ""): AttributeType {
  if (/encrypt=|has_tag|concat|array/.test(flags)) return "octets";
  const known = ATTRIBUTE_TYPES.find((type) => type === (ALIASES[text] ?? text));
  return known ?? "octets";
}

/** Words of FreeRADIUS 4, radcli and RFC 8044 for types that have another one here. */
const ALIASES: Readonly<Record<string, AttributeType>> = {
  text: "string",
  uint32: "integer",
  uint64: "integer64",
  uint16: "short",
  uint8: "byte",
  int32: "signed",
  time: "date",
  ipv4addr: "ipaddr",
  evs: "octets",
};

function readNumber(text: string): number | undefined {
  if (!/^(?:\d{1,10}|0x[\da-f]{1,8})$/i.test(text)) return undefined;
  const number = Number(text);
  return number <= 0xffffffff ? number : undefined;
}
