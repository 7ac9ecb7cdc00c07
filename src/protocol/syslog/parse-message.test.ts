import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSyslogMessage } from "./parse-message.ts";

test.each<[string, string, string, string]>([
  // message                                                          program     text      why
  ["<134>1 2026-03-02T10:15:13.04Z sbc-1 kamailio 17 - - CDR 1,2", "kamailio", "CDR 1,2", "RFC 5424"],
  ["<134>1 - - - - - - a", "", "a", "RFC 5424 that says nothing"],
  ["<134>1 - h app - - - \uFEFFä", "app", "ä", "the mark of UTF-8 is no text"],
  ['<134>1 - h app - ID [a@1 b="]"][c d="\\"]x"] t', "app", "t", "brackets and quotes inside of values"],
  ["<134>1 - h app - - -", "app", "", "no text at all"],
  ["<134>Mar  2 10:15:13 sbc-1 kamailio[17]: CDR 1,2", "kamailio", "CDR 1,2", "RFC 3164"],
  ["<134>2026-03-02T10:15:13.040+01:00 sbc-1 opensips: x", "opensips", "x", "rsyslog's long timestamp"],
  ["<134>kamailio: x", "kamailio", "x", "without time and host"],
  ["<134>1772446507,442079460018,14155550123", "", "1772446507,442079460018,14155550123", "only a priority"],
  ["1,2,3", "", "1,2,3", "no header at all"],
  ['<134>{"a": 1}', "", '{"a": 1}', "a document is no tag"],
  ["<134>Mar  2 10:15:13 h t: x\r\n", "t", "x", "a line break at the end"],
])("%j is from %j: %j (%s)", (message, program, text) => {
  expect(parseSyslogMessage(message)).toEqual({ program, text });
});

test("anything is a message, and its end is in its text", () => {
  fc.assert(
    fc.property(fc.string(), (message) => {
      expect(message.replace(/[\r\n\0]+$/, "").endsWith(parseSyslogMessage(message).text)).toBe(true);
    }),
  );
});
