import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { AttributeDefinition, Dictionary } from "../../src/protocol/radius/dictionary.ts";
import { builtInDictionary } from "../../src/protocol/radius/dictionary-set.ts";
import { parseDictionary } from "../../src/protocol/radius/parse-dictionary.ts";

const FOLDER = "/usr/share/freeradius";
const FILES = [
  ...[
    "rfc2865",
    "rfc2866",
    "rfc2869",
    "rfc3162",
    "rfc4372",
    "rfc4818",
    "rfc4849",
    "rfc5090",
    "rfc3576",
    "rfc5176",
    "rfc6911",
  ],
  ...["cisco", "quintum", "freeswitch", "acme", "3gpp"],
];

function isInstalled(): boolean {
  if (existsSync(FOLDER)) return true;
  process.stderr.write(
    `not run: ${FOLDER} is not there: apt-get install -y --no-install-recommends freeradius-utils\n`,
  );
  return false;
}

function readAll(): Dictionary {
  const read = parseDictionary(...FILES.map((file) => readFileSync(`${FOLDER}/dictionary.${file}`, "utf8")));
  if ("kind" in read) throw new Error(`line ${read.line}: ${read.what}`);
  return read;
}

const shown = ({ vendor, path, type }: AttributeDefinition): string => `${vendor} ${path.join(".")} ${type}`;

/** Octets to us, as what they hide is revealed elsewhere. */
const OTHERWISE = new Set(["CHAP-Password", "User-Password"]);

describe.skipIf(!isInstalled())("FreeRADIUS's own dictionaries", () => {
  test("can be read, so that a site can bring its file", () => {
    expect(readAll().byName.size).toBeGreaterThan(400);
  });

  test("have the numbers and types that ours have, wherever both have a name", () => {
    const theirs = readAll().byName;
    const ours = [...builtInDictionary("standard").byName.values()].filter(
      ({ name, path }) => theirs.has(name) && path.length === 1 && !OTHERWISE.has(name),
    );
    expect(ours.length).toBeGreaterThan(200);
    const differing = ours.filter((each) => shown(theirs.get(each.name) as AttributeDefinition) !== shown(each));
    expect(differing.map((each) => `${each.name}: ${shown(theirs.get(each.name) as AttributeDefinition)}`)).toEqual([]);
  });

  test("have the names of values that ours have", () => {
    const theirs = readAll();
    const ours = builtInDictionary("standard");
    const differing = ["Acct-Terminate-Cause", "Error-Cause", "Acct-Status-Type"].flatMap((name) => {
      const [named, known] = [ours.byName.get(name)?.valueNames ?? [], theirs.byName.get(name)?.valueNames];
      return [...named].filter(([value, text]) => known?.get(value) !== text).map(([value]) => `${name} ${value}`);
    });
    expect(differing).toEqual([]);
  });
});
