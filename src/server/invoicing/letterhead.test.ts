import { expect, test } from "vitest";
import { invoiceSettings, requireUsable } from "./letterhead.ts";

const SELLER = { name: "Harbour Telecom", letterhead: { lines: ["Harbour Telecom Lda", "Cais 12"] } };

test.each<[lines: readonly string[] | undefined, printed: readonly string[], why: string]>([
  [["14 Wharf Lane", "Bristol"], ["14 Wharf Lane", "Bristol"], "an address"],
  [["Quay Coffee", "14 Wharf Lane"], ["14 Wharf Lane"], "one that begins with the name: it stands above it already"],
  [["Quay Coffee Ltd", "14 Wharf Lane"], ["Quay Coffee Ltd", "14 Wharf Lane"], "another name is not the name"],
  [["14 Wharf Lane", "Quay Coffee"], ["14 Wharf Lane", "Quay Coffee"], "a name further down is left alone"],
  [undefined, [], "no address"],
])("%j under the name prints as %j (%s)", (lines, printed) => {
  const letterhead = lines === undefined ? {} : { lines: [...lines] };
  const { buyer, printed: head } = invoiceSettings(SELLER, { name: "Quay Coffee", letterhead });
  expect(buyer.lines).toEqual(printed);
  expect(head.seller.lines).toEqual(SELLER.letterhead.lines);
});

test.each<[svg: string, refused: boolean, why: string]>([
  ['<g filter="url(#shadow)"/>', true, "an effect"],
  ["<g style='opacity:1; filter : blur(9999999px)'/>", true, "as a style"],
  ['<image href="data:image/svg+xml;base64,PHN2Zy8+"/>', true, "an SVG inside, whose effects nobody sees"],
  ['<g style="filter:none"/>', false, "drawing programs write that everywhere"],
  ['<filter id="unused"/><text>Water filters: clean</text>', false, "no effect in use"],
])("a logo of %s (%s)", (svg, refused) => {
  const apply = () => requireUsable({ logoSvg: `<svg xmlns="http://www.w3.org/2000/svg">${svg}</svg>` });
  if (refused) expect(apply).toThrow(expect.objectContaining({ code: "letterhead-invalid" }));
  else expect(apply).not.toThrow();
});
