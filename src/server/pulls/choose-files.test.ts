import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import { chooseFiles, isSameStamp, wantedFiles } from "./choose-files.ts";
import type { FilePullSettings } from "./file-pull-settings.ts";
import type { ListedFile } from "./file-server.ts";
import { readPulls } from "./pull-settings.ts";
import type { SeenFile } from "./seen-file-store.ts";

function settings(given: Partial<FilePullSettings> = {}): FilePullSettings {
  const { pulls, faults } = readPulls([{ name: "cdr", kind: "sftp", host: "h", user: "u", ...given }]);
  expect(faults).toEqual([]);
  return pulls[0] as FilePullSettings;
}

const file = (path: string, sizeBytes = 100, stamp = "1"): ListedFile => ({ path, sizeBytes, stamp });
const LISTED = "Nov 21 16:30";
const EXACT = "2026-11-21T16:30:07.000Z";
const at = (s: number) => epochMs(s * 1_000);

/** Looks at listings one after another, as runs do, and answers what was ready at each. */
function looks(given: Partial<FilePullSettings>, steps: readonly (readonly [number, readonly ListedFile[]])[]) {
  let seen = new Map<string, SeenFile>();
  return steps.map(([second, listed]) => {
    const chosen = chooseFiles(listed, seen, settings(given), at(second));
    seen = new Map([...seen, ...chosen.changed.map((each) => [each.path, each] as const)]);
    return chosen.ready.map(({ path }) => path).join(" ");
  });
}

describe("a file is ready", () => {
  test.each<[Partial<FilePullSettings>, [number, ListedFile[]][], string[], string]>([
    [
      {},
      [
        [0, [file("a")]],
        [9, [file("a")]],
        [10, [file("a")]],
      ],
      ["", "", "a"],
      "when it has rested for settleS",
    ],
    [
      {},
      [
        [0, [file("a", 1)]],
        [10, [file("a", 2)]],
        [20, [file("a", 2)]],
      ],
      ["", "", "a"],
      "growing begins anew",
    ],
    [
      {},
      [
        [0, [file("a")]],
        [10, [file("a", 100, "2")]],
        [19, [file("a", 100, "2")]],
      ],
      ["", "", ""],
      "so does writing",
    ],
    [{ settleS: 0 }, [[0, [file("a")]]], ["a"], "at once where a rename completes it"],
    [
      { marker: ".ok" },
      [
        [0, [file("a")]],
        [1, [file("a"), file("a.ok", 0)]],
      ],
      ["", "a"],
      "when its marker is there",
    ],
    [
      { settleS: 0 },
      [
        [0, [file("a", 0)]],
        [60, [file("a", 0)]],
      ],
      ["", ""],
      "never while it is empty",
    ],
    [
      {},
      [
        [0, [file("a")]],
        [5, []],
        [10, [file("a")]],
      ],
      ["", "", "a"],
      "though it was away for a look",
    ],
    [
      {},
      [
        [0, [file("a", 9, LISTED)]],
        [59, [file("a", 9, LISTED)]],
        [60, [file("a", 9, LISTED)]],
      ],
      ["", "", "a"],
      "minutes",
    ],
    [
      { after: "delete" },
      [
        [0, [file("a", 9, LISTED)]],
        [10, [file("a", 9, LISTED)]],
      ],
      ["", "a"],
      "it will not stay",
    ],
    [
      {},
      [
        [0, [file("a", 9, EXACT)]],
        [10, [file("a", 9, EXACT)]],
      ],
      ["", "a"],
      "a listing of seconds",
    ],
  ])("%o %j: %j (%s)", (given, steps, ready) => {
    expect(looks(given, steps)).toEqual(ready);
  });

  test("once: what is done is not ready again until it changes", () => {
    const done = (state: SeenFile["state"]): SeenFile => ({
      ...{ ...file("a"), seenAt: at(0), state, sha256: null, bytesDone: 0, endSha256: null },
      ...{ failures: 0, notBefore: null, goneAt: null },
    });
    const readyFrom = (before: SeenFile, listed: ListedFile, given: Partial<FilePullSettings> = {}) =>
      chooseFiles([listed], new Map([["a", before]]), settings({ settleS: 0, ...given }), at(60)).ready.length;
    expect(readyFrom(done("done"), file("a"))).toBe(0);
    expect(readyFrom(done("refused"), file("a"))).toBe(0);
    expect(readyFrom(done("done"), file("a", 101))).toBe(1);
    expect(readyFrom(done("done"), file("a"), { after: "delete" }), "it was deleted, and is there again").toBe(1);
    expect(readyFrom({ ...done("waiting"), notBefore: at(61) }, file("a")), "it failed a moment ago").toBe(0);
  });
});

test("every wanted file is in exactly one place, and choosing again changes nothing", () => {
  const anyName = fc.constantFrom("a", "b", "c.part", "d.done", ".e", "f/g", "../h", "i\n");
  const anyFile = fc.record({ path: anyName, sizeBytes: fc.nat(2), stamp: fc.constantFrom("1", "2") });
  const anyFiles = fc.uniqueArray(anyFile, { selector: ({ path }) => path });
  fc.assert(
    fc.property(anyFiles, anyFiles, fc.nat(40), (first, second, seconds) => {
      const given = settings({ after: "rename" });
      const seen = new Map(chooseFiles(first, new Map(), given, at(0)).changed.map((each) => [each.path, each]));
      const chosen = chooseFiles(second, seen, given, at(seconds));
      const placed = [chosen.ready, chosen.unfinished, chosen.settled, chosen.waiting.map((each) => each.file)].flat();
      const wanted = second.filter(({ path }) => wantedFiles(given)(path)).map(({ path }) => path);
      expect(placed.map(({ path }) => path).toSorted()).toEqual(wanted.toSorted());
      const after = new Map([...seen, ...chosen.changed.map((each) => [each.path, each] as const)]);
      expect(chooseFiles(second, after, given, at(seconds)).changed).toEqual([]);
    }),
  );
});

test("a hundred thousand files are chosen from within a moment", () => {
  const listed = Array.from({ length: 100_000 }, (_, index) => file(`cdr-${index}.csv`));
  const first = chooseFiles(listed, new Map(), settings({ names: ["cdr-*.csv"] }), at(0));
  const seen = new Map(first.changed.map((each) => [each.path, each]));
  expect(chooseFiles(listed, seen, settings(), at(10)).ready).toHaveLength(100_000);
});

test.each<[string, Partial<FilePullSettings>, boolean, string]>([
  ["cdr.csv", {}, true, "everything is, unless told otherwise"],
  ["cdr.csv.tmp", {}, false, "it is still written"],
  [".cdr.csv", {}, false, "hidden by the switch"],
  ["cdr.csv", { names: ["*.CSV"] }, false, "names keep their case"],
  ["sub/cdr.csv", { names: ["*.csv"] }, true, "a pattern without a slash is for the name"],
  ["sub/cdr.csv", { names: ["old/*.csv"] }, false, "one with a slash for the path"],
  ["a.csv.done", { after: "rename" }, false, "we have renamed it"],
  ["a.csv.done", {}, true, "we have not"],
  ["done/a.csv", { after: "move", moveTo: "done/" }, false, "we have moved it"],
  ["done/a.csv", { after: "move", folder: "/cdr", moveTo: "/cdr/done" }, false, "the same, written out"],
  ["a.csv", { after: "move", moveTo: "../done" }, true, "beside the folder"],
  ["a.ok", { marker: ".ok" }, false, "a marker is no file of records"],
  ["../a.csv", {}, false, "no server leads us out of our folder"],
  ["a\r\nDELE b", {}, false, "a name is no command"],
])("%j under %o is wanted: %s (%s)", (path, given, wanted) => {
  expect(wantedFiles(settings(given))(path)).toBe(wanted);
});

test.each<[string, string, boolean, string]>([
  ["Nov 21 16:30", "Nov 21 16:30", true, "the same"],
  ["Nov 21 16:30", "Nov 21  2026", true, "it is half a year old by now"],
  ["Nov 21 16:30", "Nov 21 16:31", false, "written a minute later"],
  ["Nov 21  2026", "Nov 21 16:30", false, "written half a year later"],
  ["Nov 21 16:30", "Nov 22  2026", false, "another day"],
  ["1700000000", "1700000001", false, "seconds, of SFTP"],
])("a file of %j that is listed as %j is the same: %s (%s)", (before, after, same) => {
  expect(isSameStamp(before, after)).toBe(same);
});
