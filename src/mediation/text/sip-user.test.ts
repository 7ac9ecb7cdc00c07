import { expect, test } from "vitest";
import { sipUser } from "./sip-user.ts";

// biome-ignore format: a table reads by its columns
test.each<[string, string, string]>([
  // header                                                          user             why
  ['"Alice" <sip:442079460018@10.0.0.5>;tag=as7d1f',                 "442079460018",  "as SIP writes it"],
  ['""Alice" <sip:442079460018@10.0.0.5>;tag=as7d1f',                "442079460018",  "with a quote too many"],
  ["<sip:+14155550123@10.0.0.10:5060;user=phone>;tag=gK0a2b",        "+14155550123",  "no display name"],
  ["sip:14155550123@10.0.0.10",                                      "14155550123",   "a bare URI"],
  ["<sips:+14155550123;phone-context=example@10.0.0.10>",            "+14155550123",  "parameters of the user"],
  ["<sip:bob:secret@example.com>",                                   "bob",           "a password"],
  ["<sip:%2B4420%2379@example.com>",                                 "+4420#79",      "escaped characters"],
  ["<sip:100%@example.com>",                                         "100%",          "a per cent sign that escapes nothing"],
  ["<tel:+1-415-555-0123;phone-context=example.com>",                "+14155550123",  "a number with separators"],
  ["'12513001300'<sip:4.2.2.2:5060;user=phone>;tag=SDepng302",       "12513001300",   "only a host: the name is the number"],
  ['"WIRELESS CALLER" <sip:4.2.2.2:5060>',                           "",              "only a host, and a name"],
  ["<sip:anonymous@anonymous.invalid>",                              "anonymous",     "nobody"],
  ["14155550123",                                                    "14155550123",   "no header at all"],
  ["",                                                               "",              "nothing"],
])("%s names %j (%s)", (header, user) => {
  expect(sipUser(header)).toBe(user);
});
