import { expect, test } from "vitest";
import { notTextBecause, requireText } from "./inspect.ts";

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const utf16 = (value: string): number[] => text(value).flatMap((byte) => [byte, 0]);

test.each<[number[], string | null, string]>([
  // head                                     what it is        why
  [text("a,b\n1,2\n"), null, "plain text"],
  [text("\uFEFFa;b"), null, "UTF-8 with a byte-order mark"],
  [[0x4d, 0xfc, 0x6c, 0x6c], null, "Latin-1"],
  [[], null, "an empty file is no binary"],
  [[...text("a,b,c,d,e,f,g,h,i,j,k,l\n"), 0], null, "one NUL in a text: a row to reject, not a file"],
  [[0x1f, 0x8b, 8, 0], "gzip data", "a rotated log"],
  [[0x50, 0x4b, 3, 4, 20], "a ZIP archive (or an XLSX or ODS workbook, which is one)", "mailed by the carrier"],
  [[0xff, 0xfe, ...utf16("a,b")], "UTF-16 text", "saved as Unicode on Windows"],
  [utf16("a,b,c\n1,2,3\n"), "UTF-16 text", "the same without its mark"],
  [[0x30, 0x82, 1, 2, 3, 0, 0, 1, 5, 6], "binary data", "BER, as TAP files are"],
])("%j is %j (%#: %s)", (head, what) => {
  expect(notTextBecause(Uint8Array.from(head))).toBe(what);
});

test("the problem names the file, what it is, and what to do", () => {
  expect(() => requireText(Uint8Array.of(0x1f, 0x8b), "cdr.csv.1")).toThrow(
    "cdr.csv.1 is gzip data, not a text file of call records. Unpack or export it, and import the text file inside.",
  );
});
