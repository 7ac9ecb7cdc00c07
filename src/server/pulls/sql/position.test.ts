import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advanced, overlapStart, parsePosition, positionText } from "./position.ts";

describe("a position by number", () => {
  test.each<[string, bigint | undefined, string]>([
    // text                   position                why
    ["17", 17n, "an id"],
    ["18446744073709551615", 18446744073709551615n, "the largest that MySQL has"],
    ["1772446513.040", 1772446513n, "seconds with a fraction: what comes after is read again"],
    ["2026-03-02", undefined, "a date is no number"],
    ["", undefined, "an empty text is no place"],
  ])("of %j is %s (%s)", (text, position) => {
    expect(parsePosition("number", text)).toBe(position);
  });
});

describe("a position by time", () => {
  test.each<[string, string | undefined, string]>([
    // text                        written again                 why
    ["2026-03-02 10:15:13", "2026-03-02 10:15:13.000000", "DATETIME"],
    ["2026-03-02 10:15:13.04", "2026-03-02 10:15:13.040000", "PostgreSQL leaves zeros out"],
    ["2026-03-02T10:15", "2026-03-02 10:15:00.000000", "as people write it"],
    ["2026-03-02", "2026-03-02 00:00:00.000000", "a day begins at midnight"],
    ["0000-00-00 00:00:00", undefined, "MySQL's zero date"],
    ["2026-02-30 10:00:00", undefined, "there is no such day"],
    ["infinity", undefined, "PostgreSQL's infinity"],
  ])("of %j is %s (%s)", (text, again) => {
    const position = parsePosition("time", text);
    expect(position === undefined ? undefined : positionText("time", position)).toBe(again);
  });

  test("is written as it is read, to the microsecond", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 4_102_444_800_000_000n }), (position) => {
        expect(parsePosition("time", positionText("time", position))).toBe(position);
      }),
    );
  });

  test("goes back by seconds, and one by number by numbers", () => {
    expect(overlapStart("time", 10_000_000n, 3)).toBe(7_000_000n);
    expect(overlapStart("number", 10n, 3)).toBe(7n);
  });
});

describe("what is reached", () => {
  test.each<[bigint | null, bigint[], bigint | null, bigint | null, string]>([
    // present positions       latest reached why
    [null, [1n, 2n], null, 2n, "the last row's place"],
    [5n, [3n, 4n], null, 5n, "rows of the overlap take nothing back"],
    [5n, [6n, 900n], 10n, 6n, "a row of the future takes nothing on"],
    [null, [900n], 10n, null, "nor when it is the only one"],
  ])("from %s by %s until %s is %s (%s)", (present, positions, latest, reached) => {
    expect(advanced(present, positions, latest)).toBe(reached);
  });
});
