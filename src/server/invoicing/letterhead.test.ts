import { expect, test } from "vitest";
import { invoiceSettings } from "./letterhead.ts";

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
