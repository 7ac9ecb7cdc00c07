import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { avpValue } from "../../src/protocol/diameter/find-avp.ts";
import { MessageSplitter } from "../../src/protocol/diameter/message-splitter.ts";
import { type DiameterMessage, readMessage } from "../../src/protocol/diameter/read-message.ts";
import { writeMessage } from "../../src/protocol/diameter/write-message.ts";
import { readPcap } from "../support/pcap.ts";
import { sharedData } from "../support/shared-data.ts";
import { formatHeader } from "./message-notation.ts";

const capture = sharedData("pcap/arkime_diameter_synthetic.pcap");

test.skipIf(capture === null)("a capture of two exchanges is read, and written again to the same octets", () => {
  const messages: DiameterMessage[] = readPcap(readFileSync(capture ?? "")).flatMap(({ payload }) =>
    new MessageSplitter().push(payload).flatMap((split) => {
      if (split.kind === "broken") throw new Error(split.what);
      const message = readMessage(split.bytes);
      expect(writeMessage(message.header, message.avps).equals(split.bytes)).toBe(true);
      return [message];
    }),
  );
  expect(messages.map(({ header }) => formatHeader(header))).toEqual([
    "request proxiable 257 app=0 hop=305419896 end=2882400001",
    "answer proxiable 257 app=0 hop=305419896 end=2882400001",
    "request proxiable 272 app=16777238 hop=305419896 end=2882400001",
    "answer proxiable 272 app=16777238 hop=305419896 end=2882400001",
  ]);
  expect(messages.flatMap(({ fault, unsupported }) => fault ?? unsupported ?? [])).toEqual([]);
  expect(messages.map(({ avps }) => avpValue(avps, "Origin-Host"))).toEqual([
    "client.example.com",
    "server.example.com",
    "pcrf.3gpp.com",
    "pgw.3gpp.com",
  ]);
  expect(avpValue(messages[0]?.avps ?? [], "Host-IP-Address")).toEqual({ family: 1, text: "192.168.1.100" });
  expect(avpValue(messages[2]?.avps ?? [], "Session-Id")).toBe("gx-session-001;pcrf.3gpp.com;99999");
});
