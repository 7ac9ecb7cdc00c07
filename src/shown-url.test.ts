import { expect, test } from "vitest";
import { shownUrl } from "./shown-url.ts";

// biome-ignore format: a table reads by its columns
test.each<[string, string, string]>([
  // url                                            shown                                      why
  ["postgres://u:secret@db:5432/toll",              "postgres://u:***@db:5432/toll",           "the usual form"],
  ["postgres://u:se:cr@t/x@db/toll",                "postgres://u:***@db/toll",                "a password that nobody escaped"],
  ["postgres://:secret@db/toll",                    "postgres://:***@db/toll",                 "no user"],
  ["postgres://db/toll?user=u&password=se@cret",    "postgres://db/toll?user=u&password=***",  "as a parameter"],
  ["postgres://u:a@db/toll?sslpassword=b&x=1",      "postgres://u:***@db/toll?sslpassword=***&x=1", "the key's password"],
  ["postgres://u@db/toll?PGPASSWORD=b",             "postgres://u@db/toll?PGPASSWORD=***",     "what pg would not read is a secret too"],
  ["postgres:///toll?host=%2Frun&port=5432",        "postgres:///toll?host=%2Frun&port=5432",  "no secret at all"],
  ["./data",                                        "./data",                                  "no URL"],
])("%s is shown as %s (%s)", (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
