import { expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import { tap3 } from "./tap3.ts";

const open = (mapping: unknown) =>
  tap3.open({ timeZone: "UTC", fold: "earlier", mapping, receivedAt: epochMs(0), futureToleranceS: 0 });

test.each<[unknown, string, string]>([
  // mapping                              message                       why
  [{ session: {} }, '"session" is not known here', "a misspelt option is not ignored"],
  [{ sessions: { voice: "originating" } }, '"voice" is no service number', "services are numbers"],
  [{ sessions: { 1: "outgoing" } }, '"outgoing" is not one of the choices', "a direction is one of two"],
])("the mapping %j is refused (%s)", (mapping, message) => {
  expect(() => open(mapping)).toThrow(message);
});

test("a source needs no mapping", () => {
  expect(open(null).end()).toEqual([]);
});
