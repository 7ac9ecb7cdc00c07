import { expect, test } from "vitest";
import { adaptProfile, type ProfileChanges } from "./adapt-profile.ts";

test.each<[ProfileChanges, readonly string[], string]>([
  // changes, faults, why
  [{}, [], "the profile as it is"],
  [{ dictionary: "ATTRIBUTE Route-To 226 string", accept: [["Route-To", "gw-1"]] }, [], "a site's own attribute"],
  [{ accept: [["Route-To", "gw-1"]] }, ["no attribute Route-To in the dictionary"], "one that is not there"],
  [{ identity: ["Call-Id"] }, ["no attribute Call-Id in the dictionary"], "nor this"],
  [{ dictionary: "\nATTRIBUTE Route-To" }, ["dictionary, line 2: ATTRIBUTE name number type"], "a line half written"],
  [{ zones: { CET: "Europe/Paris" } }, [], "what an abbreviation means"],
  [{ zones: { CET: "Paris" } }, ['zones: "Paris" of CET is no IANA time zone'], "no zone"],
])("%j has the faults %j (%s)", (changes, expected) => {
  const adapted = adaptProfile("cisco", changes);
  expect("faults" in adapted ? adapted.faults : []).toEqual(expected);
});

test("fields that a site names are taken from there alone", () => {
  const adapted = adaptProfile("rfc", { fields: { called: "Sip-Req-URI" } });
  expect(adapted).toMatchObject({ profile: { fields: { called: ["sip-req-uri"], calling: ["calling-station-id"] } } });
});
