import { describe, expect, test } from "vitest";
import { readNumberPattern } from "./number-pattern.ts";

describe("what is typed to look for numbers", () => {
  test.each([
    ["442079460018", { kind: "exact", texts: ["442079460018", "=442079460018"] }, "digits"],
    ["+44 (20) 7946-0018", { kind: "exact", texts: ["442079460018", "=442079460018"] }, "as it is printed"],
    ["0044 20 7946 0018", { kind: "exact", texts: ["442079460018", "=442079460018"] }, "as it is dialled abroad"],
    ["=112", { kind: "exact", texts: ["=112"] }, "a short code as it is stored"],
    [
      "4420*",
      {
        kind: "prefix",
        ranges: [
          { from: "4420", until: "4421" },
          { from: "=4420", until: "=4421" },
        ],
      },
      "all that begin so",
    ],
    [
      "449*",
      {
        kind: "prefix",
        ranges: [
          { from: "449", until: "44:" },
          { from: "=449", until: "=44:" },
        ],
      },
      "a nine",
    ],
    ["*0018", { kind: "contains", part: "0018" }, "an end"],
    ["*79 46*", { kind: "contains", part: "7946" }, "a part"],
    ["*0044*", { kind: "contains", part: "0044" }, "zeros in a part are no dial prefix"],
    ["", undefined, "nothing"],
    ["*", undefined, "anything"],
    ["44*20", undefined, "a gap in the middle"],
  ])("%s", (typed, pattern, _why) => expect(readNumberPattern(typed)).toEqual(pattern));
});
