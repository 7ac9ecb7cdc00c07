import { expect, test } from "vitest";
import { asTree } from "./account-tree.ts";

test("accounts stand below their parents; one whose parent is not shown stands at the top", () => {
  const accounts = [
    { id: "bakery", parentId: "top" },
    { id: "callshop", parentId: "second" },
    { id: "direct", parentId: null },
    { id: "second", parentId: "top" },
    { id: "stray", parentId: "hidden" },
    { id: "top", parentId: null },
  ];
  expect(asTree(accounts).map(({ account, depth }) => "  ".repeat(depth) + account.id)).toEqual([
    ...["direct", "stray", "top", "  bakery", "  second", "    callshop"],
  ]);
});
