import { expect, test } from "vitest";
import type { E164 } from "./number.ts";
import { routingNumberOf } from "./routing-number.ts";

// biome-ignore format: a table reads by its columns
test.each<[string, string | null, string, string | null, string]>([
  // called as it came                            field             digits          routing number   why
  ["12125550100",                                 null,             "12125550100",  null,            "nothing is said"],
  ["12125550100",                                 "2015550000",     "12125550100",  "12015550000",   "a field of ten digits"],
  ["12125550100",                                 "+1 201-555-0000", "12125550100", "12015550000",   "as people write it"],
  ["12125550100",                                 "",               "12125550100",  null,            "an empty field"],
  ["12125550100",                                 "12125550100",    "12125550100",  "12125550100",   "looked up and not ported"],
  ["+12125550100;rn=+12015550000;npdi",           null,             "12125550100",  "12015550000",   "RFC 4694"],
  ["sip:12125550100;npdi;rn=2015550000@x:5060",   null,             "12125550100",  "12015550000",   "in the user part"],
  ["<tel:+1-212-555-0100;RN=+1-201-555-0000>",    null,             "12125550100",  "12015550000",   "in brackets, in capitals"],
  ["12125550100;rn=2015550000",                   "2025550000",     "12125550100",  "12025550000",   "the field goes first"],
  ["12125550100;rnx=2015550000",                  null,             "12125550100",  null,            "another parameter"],
  ["12125550100",                                 "1015550000",     "12125550100",  null,            "no number of North America"],
  ["+4930901820;rn=12015550000",                  "2015550000",     "4930901820",   null,            "ported numbers of elsewhere have other rules"],
])("%s with %s to %s is routed to %s (%#: %s)", (called, routingNumber, digits, expected) => {
  expect(routingNumberOf({ called, routingNumber }, digits as E164)).toBe(expected);
});
