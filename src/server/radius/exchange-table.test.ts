import { describe, expect, test } from "vitest";
import { type Exchange, ExchangeTable } from "./exchange-table.ts";

const LIMITS = { inWorkMax: 2, workMsMax: 100, keptMsMax: 1_000, keptOctetsMax: 10_000 };
const REQUEST = Buffer.from("request");
const REPLY = Buffer.from("reply");

/** A table with a clock that the test moves. */
function table(limits = LIMITS) {
  const clock = { ms: 0 };
  const exchanges = new ExchangeTable(limits, () => clock.ms);
  const begin = (key: string, request = REQUEST): Exchange => {
    const exchange = exchanges.begin(key, request);
    if (exchange === "busy") throw new Error(exchange);
    return exchange;
  };
  return { exchanges, clock, begin };
}

describe("an exchange", () => {
  test("is in work until it is answered, and answers repeats for a while", () => {
    const { exchanges, clock, begin } = table();
    expect(exchanges.find("a", REQUEST)).toBeUndefined();
    const exchange = begin("a");
    expect(exchanges.find("a", REQUEST)).toEqual({ kind: "in-work" });
    exchanges.end(exchange, REPLY);
    clock.ms = 1_000;
    expect(exchanges.find("a", REQUEST)).toEqual({ kind: "answered", reply: REPLY });
    clock.ms = 1_001;
    expect(exchanges.find("a", REQUEST)).toBeUndefined();
    expect(exchanges.keptOctets).toBe(0);
  });

  test("that ends without an answer is forgotten", () => {
    const { exchanges, begin } = table();
    exchanges.end(begin("a"), null);
    expect(exchanges.find("a", REQUEST)).toBeUndefined();
  });

  test("with one key and other octets is another: the later answer stands", () => {
    const { exchanges, begin } = table();
    exchanges.end(begin("a"), REPLY);
    const other = Buffer.from("other");
    expect(exchanges.find("a", other)).toBeUndefined();
    exchanges.end(begin("a", other), Buffer.from("two"));
    expect(exchanges.find("a", other)).toEqual({ kind: "answered", reply: Buffer.from("two") });
    expect(exchanges.find("a", REQUEST)).toBeUndefined();
  });

  test("is refused when as many are in work as may be, until one takes too long", () => {
    const { exchanges, clock, begin } = table();
    const stuck = begin("a");
    clock.ms = 50;
    begin("b");
    expect(exchanges.begin("c", REQUEST)).toBe("busy");
    clock.ms = 101;
    expect(exchanges.find("c", REQUEST)).toBeUndefined();
    const again = begin("a");
    exchanges.end(stuck, null); // the stuck one ends after all: the other is still in work
    expect(exchanges.find("a", REQUEST)).toEqual({ kind: "in-work" });
    exchanges.end(again, REPLY);
    expect(exchanges.inWork).toBe(1);
  });
});

test("answers never take more than they may, however many there are", () => {
  const { exchanges, begin } = table();
  let most = 0;
  for (let count = 0; count < 1_000; count += 1) {
    exchanges.end(begin(`key ${count}`, Buffer.alloc(200)), Buffer.alloc(500));
    most = Math.max(most, exchanges.keptOctets);
  }
  expect(most).toBe(10_000);
  expect(exchanges.find("key 999", Buffer.alloc(200))?.kind).toBe("answered");
  expect(exchanges.find("key 0", Buffer.alloc(200))).toBeUndefined();
});
