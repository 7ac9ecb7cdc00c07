import { describe, expect, test } from "vitest";
import { parseSyslogMessage } from "../../protocol/syslog/parse-message.ts";
import { SenderTable, type SyslogSource } from "./sender-table.ts";

const source = (name: string, settings: Partial<SyslogSource["settings"]>): SyslogSource => ({
  tenantId: "tenant",
  sourceId: name,
  name,
  settings: { from: ["10.0.0.0/8"], program: null, marker: null, ...settings },
});

const TABLE = new SenderTable([
  source("wide", {}),
  source("edge", { from: ["10.0.0.5"], program: "kamailio", marker: "CDR " }),
  source("sbc", { from: ["10.0.0.5", "2001:db8::/64"], program: "sbc" }),
]);

describe("a message", () => {
  test.each<[string, string, string, string]>([
    // sender             message                              is                  why
    ["10.0.0.5", "<1>kamailio: CDR 1,2", "edge: 1,2", "address, program and marker fit"],
    ["10.0.0.5", "<1>1 - h kamailio - - -  CDR 1,2", "edge: 1,2", "a relay left a space before the text"],
    ["10.0.0.5", "<1>sbc[1]: 1,2", "sbc: 1,2", "another program of the same sender"],
    [
      "10.0.0.5",
      "<1>kamailio: started",
      "wide: started",
      "no marker: the wider range takes what the narrow one leaves",
    ],
    ["::ffff:10.0.0.6", "<1>any: 1,2", "wide: 1,2", "an IPv4 address as IPv6 writes it"],
    ["2001:db8::7", "<1>sbc: a\nb\r\nc", "sbc: a b c", "a record is one line"],
    ["2001:db8::7", "<1>other: 1,2", "ignored by sbc", "from a sender of records, and none"],
    ["10.0.0.6", "<1>any:  ", "ignored by wide", "no text"],
    ["192.0.2.1", "<1>sbc: 1,2", "nobody's", "nobody lets it in"],
    ["no address", "<1>sbc: 1,2", "nobody's", "nor this"],
  ])("from %s, %j, is %s (%s)", (address, message, wanted) => {
    const routed = SenderTable.route(TABLE.at(address), parseSyslogMessage(message));
    const name = routed?.source.name;
    expect(routed?.kind === "record" ? `${name}: ${routed.text}` : name ? `ignored by ${name}` : "nobody's").toBe(
      wanted,
    );
  });
});
