import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCurrency } from "../../core/money/currency.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Avp } from "./avp.ts";
import { avp } from "./build-avp.ts";
import { checkGrammar } from "./check-grammar.ts";
import { ANSWER_GRAMMARS, APPLICATION, COMMAND } from "./command.ts";
import { type CreditControlAnswer, POOL_UNITS, type ServiceGrant } from "./credit-control-answer.ts";
import type { CreditControlRequest } from "./credit-control-request.ts";
import { currencyOfNumber, numberOfCurrency } from "./currency-number.ts";
import { avpValue, avpValues } from "./find-avp.ts";
import { readCreditControl, SERVICES_MAX } from "./read-credit-control.ts";
import { readMessage } from "./read-message.ts";
import { readUnits, type ServiceUnits } from "./service-units.ts";
import { writeCreditControlAnswer } from "./write-credit-control.ts";
import { writeMessage } from "./write-message.ts";

const HEADER = {
  ...{ commandCode: COMMAND.creditControl, applicationId: APPLICATION.creditControl, hopByHopId: 1, endToEndId: 2 },
  ...{ isRequest: true, isProxiable: true, isError: false, isRetransmission: true },
};
const NODE = { host: "ocs.example", realm: "example", stateId: 1, productName: "Tollwright" };
const USD = parseCurrency("USD")!;

const head = (type = 1): Avp[] => [
  avp("Session-Id", "gw;1;2"),
  avp("Origin-Host", "gw.example"),
  avp("Origin-Realm", "example"),
  avp("Destination-Realm", "example"),
  avp("Service-Context-Id", "32251@3gpp.org"),
  avp("CC-Request-Type", type),
  avp("CC-Request-Number", 4),
];
const read = (avps: readonly Avp[]) => readCreditControl(readMessage(writeMessage(HEADER, avps)));

function requestOf(avps: readonly Avp[]): CreditControlRequest {
  const outcome = read(avps);
  if (outcome.kind !== "request") throw new Error(outcome.fault.what);
  return outcome.request;
}

const money = (digits: bigint, exponent?: number): Avp =>
  avp("CC-Money", [
    avp("Unit-Value", [avp("Value-Digits", digits), ...(exponent === undefined ? [] : [avp("Exponent", exponent)])]),
    avp("Currency-Code", 840),
  ]);

describe("a request", () => {
  test("of a gateway, with a service for each rating group", () => {
    const request = requestOf([
      ...head(2),
      avp("User-Name", "user@example"),
      avp("Event-Timestamp", epochMs(1_795_251_694_000)),
      avp("Subscription-Id", [avp("Subscription-Id-Type", 1), avp("Subscription-Id-Data", "262019876543210")]),
      avp("Subscription-Id-Extension", [avp("Subscription-Id-E164", "442079460018")]),
      avp("Multiple-Services-Indicator", 1),
      avp("Multiple-Services-Credit-Control", [
        avp("Rating-Group", 100),
        avp("Requested-Service-Unit", []),
        avp("Used-Service-Unit", [
          avp("Tariff-Change-Usage", 0),
          avp("CC-Input-Octets", 5_000_000_000n),
          avp("CC-Output-Octets", 7n),
        ]),
        avp("Used-Service-Unit", [avp("Tariff-Change-Usage", 1), avp("Reporting-Reason", 4)]),
        avp("Reporting-Reason", 3),
      ]),
      avp("Multiple-Services-Credit-Control", [
        ...[avp("Service-Identifier", 1), avp("Service-Identifier", 2)],
        avp("G-S-U-Pool-Reference", [avp("G-S-U-Pool-Identifier", 9), avp("CC-Unit-Type", 0)]),
      ]),
      avp("User-Equipment-Info", [
        avp("User-Equipment-Info-Type", 0),
        avp("User-Equipment-Info-Value", Buffer.from("3520990017614823")),
      ]),
      avp("Service-Information", [
        avp("PS-Information", [
          avp("3GPP-Charging-Id", Buffer.from("0000002a", "hex")),
          avp("Called-Station-Id", "internet"),
          avp("PDP-Address", { family: 1, text: "192.0.2.7" }),
          avp("SGSN-Address", { family: 2, text: "2001:db8::1" }),
          avp("3GPP-SGSN-MCC-MNC", "26201"),
          avp("3GPP-RAT-Type", Buffer.of(6)),
        ]),
      ]),
    ]);
    expect(request).toMatchObject({
      ...{ type: "update", number: 4, isRetransmission: true, hasMultipleServices: true, takesMultipleServices: true },
      ...{ userName: "user@example", eventAt: 1_795_251_694_000, action: undefined },
      subscriptions: [
        { kind: "imsi", data: "262019876543210" },
        { kind: "e164", data: "442079460018" },
      ],
      services: [
        {
          ...{ ratingGroup: 100, serviceIds: [], requested: { timeS: undefined }, reportingReason: 3 },
          used: [
            { tariffChange: "before", inputOctets: 5_000_000_000n, outputOctets: 7n, reportingReason: undefined },
            { tariffChange: "after", reportingReason: 4 },
          ],
        },
        { ratingGroup: undefined, serviceIds: [1, 2], requested: undefined, used: [], poolIds: [9] },
      ],
      equipment: { type: 0, hex: Buffer.from("3520990017614823").toString("hex") },
      information: {
        data: {
          ...{ chargingId: "0000002a", accessPoint: "internet", addresses: ["192.0.2.7"], ratType: "06" },
          ...{ servingNodes: ["2001:db8::1"], servingNetwork: "26201" },
        },
      },
    });
  });

  test("of a call, with its units at the command", () => {
    const request = requestOf([
      ...head(1),
      avp("Requested-Service-Unit", [avp("CC-Time", 60)]),
      avp("Service-Information", [
        avp("IMS-Information", [
          avp("Event-Type", [avp("SIP-Method", "INVITE")]),
          avp("Role-Of-Node", 0),
          avp("Node-Functionality", 0),
          avp("User-Session-Id", "call-1@192.0.2.1"),
          avp("Calling-Party-Address", "sip:alice@example"),
          avp("Calling-Party-Address", "tel:+442079460018"),
          avp("Called-Party-Address", "tel:+14155550123"),
          avp("Time-Stamps", [avp("SIP-Request-Timestamp", epochMs(1_795_251_694_000))]),
          avp("Trunk-Group-Id", [avp("Incoming-Trunk-Group-Id", "in-1"), avp("Outgoing-Trunk-Group-Id", "out-2")]),
          avp("Inter-Operator-Identifier", [avp("Originating-IOI", "a.example")]),
        ]),
      ]),
    ]);
    expect(request).toMatchObject({
      ...{ hasMultipleServices: false, takesMultipleServices: false },
      services: [{ requested: { timeS: 60 }, used: [], ratingGroup: undefined }],
      information: {
        call: {
          ...{ calling: ["sip:alice@example", "tel:+442079460018"], called: "tel:+14155550123", role: 0 },
          ...{ sipMethod: "INVITE", userSessionId: "call-1@192.0.2.1", requestedAt: 1_795_251_694_000 },
          ...{ incomingTrunk: "in-1", outgoingTrunk: "out-2", originatingNetwork: "a.example" },
        },
        data: undefined,
      },
    });
  });

  test("of a message, as an event", () => {
    const address = (data: string) => [avp("Address-Type", 1), avp("Address-Data", data)];
    const request = requestOf([
      ...head(4),
      avp("Requested-Action", 0),
      avp("Requested-Service-Unit", [avp("CC-Service-Specific-Units", 2n)]),
      avp("Service-Information", [
        avp("SMS-Information", [
          avp("SM-Message-Type", 0),
          avp("Originator-Received-Address", address("442079460018")),
          avp("Recipient-Info", [avp("Recipient-Address", address("14155550123"))]),
        ]),
      ]),
    ]);
    expect(request).toMatchObject({
      ...{ type: "event", action: "debit", services: [{ requested: { specificUnits: 2n } }] },
      information: { message: { originator: "442079460018", recipients: ["14155550123"], type: 0 } },
    });
  });

  test.each<[bigint, number | undefined, bigint, number, string]>([
    // digits exponent  units   scale why
    [1234n, -2, 1234n, 2, "cents"],
    [5n, 3, 5000n, 0, "thousands"],
    [7n, undefined, 7n, 0, "whole"],
    [-1n, -9, -1n, 9, "nanos, below zero"],
  ])("of %i times ten to %j is an exact amount", (digits, exponent, units, scale) => {
    const [service] = requestOf([...head(), avp("Requested-Service-Unit", [money(digits, exponent)])]).services;
    expect(service?.requested?.money).toEqual({ amount: { units, scale }, currency: USD });
  });

  const group = (...parts: readonly Avp[]) => avp("Multiple-Services-Credit-Control", parts);
  test.each<[string, readonly Avp[], number, readonly string[]]>([
    ["a type that is none", head(5), 5004, ["CC-Request-Type"]],
    ["an action that is none", [...head(4), avp("Requested-Action", 9)], 5004, ["Requested-Action"]],
    ["an event that asks for nothing", head(4), 5005, ["436"]],
    [
      "a nameless subscriber",
      [...head(), avp("Subscription-Id", [avp("Subscription-Id-Type", 0)])],
      5005,
      ["Subscription-Id", "444"],
    ],
    [
      "an amount without a value",
      [...head(), group(avp("Used-Service-Unit", [avp("CC-Money", [])]))],
      5005,
      ["Multiple-Services-Credit-Control", "Used-Service-Unit", "CC-Money", "445"],
    ],
    [
      "an amount that no money has",
      [...head(), avp("Used-Service-Unit", [money(1n, 300)])],
      5004,
      ["Used-Service-Unit", "CC-Money", "Unit-Value", "Exponent"],
    ],
    [
      "too many services",
      [...head(), ...Array.from({ length: SERVICES_MAX + 1 }, () => group())],
      5009,
      ["Multiple-Services-Credit-Control"],
    ],
  ])("with %s is a fault", (_what, avps, resultCode, path) => {
    const outcome = read(avps);
    expect(outcome).toMatchObject({ kind: "fault", fault: { resultCode } });
    expect(outcome.kind === "fault" && pathOf(outcome.fault.failed)).toEqual(path);
  });
});

const pathOf = (failed: Avp | undefined): string[] =>
  failed === undefined
    ? []
    : [
        failed.definition?.name ?? String(failed.code),
        ...(Array.isArray(failed.value) ? pathOf((failed.value as readonly Avp[])[0]) : []),
      ];

const anyOctetCount = fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined });
const anyUnits: fc.Arbitrary<ServiceUnits> = fc.record({
  timeS: fc.option(fc.nat({ max: 0xffff_ffff }), { nil: undefined }),
  money: fc.option(
    fc
      .record({ units: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), scale: fc.nat({ max: 18 }) })
      .map((amount) => ({ amount, currency: USD })),
    { nil: undefined },
  ),
  totalOctets: anyOctetCount,
  inputOctets: anyOctetCount,
  outputOctets: anyOctetCount,
  specificUnits: anyOctetCount,
});
const anySeconds = fc.option(fc.nat({ max: 0xffff_ffff }), { nil: undefined });
const anyGrant: fc.Arbitrary<ServiceGrant> = fc.record({
  ratingGroup: anySeconds,
  serviceIds: fc.array(fc.nat(), { maxLength: 2 }),
  resultCode: fc.constantFrom(2001, 4010, 4011, 4012, 5003, 5031),
  granted: fc.option(anyUnits, { nil: undefined }),
  validityS: anySeconds,
  ...{ timeThresholdS: anySeconds, volumeThresholdOctets: anySeconds, unitThreshold: anySeconds },
  ...{ holdingTimeS: anySeconds, consumptionTimeS: anySeconds },
  finalUnit: fc.constantFrom<ServiceGrant["finalUnit"]>(
    undefined,
    { kind: "terminate" },
    { kind: "redirect", to: "url", address: "https://topup.example/" },
    { kind: "restrict", rules: ["permit out ip from 192.0.2.1 to any"], filterIds: ["walled"] },
  ),
  pool: fc.option(
    fc.record({
      id: fc.nat(),
      unitType: fc.constantFrom(...POOL_UNITS),
      multiplier: fc.constant({ units: 15n, scale: 1 }),
    }),
    { nil: undefined },
  ),
});
const anyAnswer: fc.Arbitrary<CreditControlAnswer> = fc.record({
  resultCode: fc.constantFrom(2001, 2002, 3004, 4010, 4011, 4012, 5003, 5012, 5030, 5031),
  services: fc.array(anyGrant, { maxLength: 4 }),
  cost: fc.option(
    fc
      .bigInt({ min: 0n, max: 10n ** 18n })
      .map((units) => ({ amount: { units, scale: 6 }, currency: USD, unit: "minute" })),
    { nil: undefined },
  ),
  hasEnoughCredit: fc.option(fc.boolean(), { nil: undefined }),
  isBalanceLow: fc.option(fc.boolean(), { nil: undefined }),
  mayFailOver: fc.option(fc.boolean(), { nil: undefined }),
  failureHandling: fc.constantFrom(undefined, "terminate", "continue", "retry-and-terminate"),
  errorMessage: fc.constantFrom(undefined, "the account is blocked"),
});

const answered = (request: CreditControlRequest, answer: CreditControlAnswer) =>
  readMessage(writeCreditControlAnswer(request, answer, NODE));

test("every currency has a number, and the number is that currency's", () => {
  for (const code of ["USD", "EUR", "JPY", "KWD", "CLF", "ALL"]) {
    const currency = parseCurrency(code)!;
    expect(currencyOfNumber(numberOfCurrency(currency))).toBe(currency);
  }
  expect(currencyOfNumber(840)).toBe("USD");
  expect(currencyOfNumber(8)).toBe("ALL");
  expect(currencyOfNumber(0)).toBeUndefined();
});

describe("an answer", () => {
  const several = requestOf([...head(), avp("Multiple-Services-Credit-Control", [avp("Rating-Group", 1)])]);
  const single = requestOf(head());

  test("has what its command asks for, whatever is decided", () => {
    fc.assert(
      fc.property(fc.constantFrom(several, single), anyAnswer, (request, answer) => {
        const { header, avps, fault, unsupported } = answered(request, answer);
        const grammar = ANSWER_GRAMMARS.get(COMMAND.creditControl);
        expect(fault ?? unsupported).toBeUndefined();
        expect(avps[0]?.definition?.name).toBe("Session-Id");
        expect(header.isError).toBe(answer.resultCode === 3004);
        expect(avpValue(avps, "Result-Code")).toBe(answer.resultCode);
        if (!header.isError) expect(grammar && checkGrammar(avps, grammar)).toBeUndefined();
      }),
    );
  });

  test("says units as they were granted", () => {
    fc.assert(
      fc.property(anyUnits, (granted) => {
        const { avps } = answered(several, { resultCode: 2001, services: [{ resultCode: 2001, granted }] });
        const [service] = avpValues(avps, "Multiple-Services-Credit-Control");
        expect(readUnits(avpValue(service ?? [], "Granted-Service-Unit") ?? [])).toEqual(granted);
      }),
    );
  });

  test("says units where the request did", () => {
    const services = [
      { resultCode: 2001, granted: { timeS: 30 }, validityS: 60, finalUnit: { kind: "terminate" } },
    ] as const;
    const alone = answered(single, { resultCode: 2001, services }).avps;
    expect(avpValue(alone, "Validity-Time")).toBe(60);
    expect(avpValue(avpValue(alone, "Final-Unit-Indication") ?? [], "Final-Unit-Action")).toBe(0);
    expect(avpValues(alone, "Multiple-Services-Credit-Control")).toEqual([]);
    const grouped = answered(several, { resultCode: 2001, services }).avps;
    expect(avpValue(grouped, "Granted-Service-Unit")).toBeUndefined();
    expect(avpValues(grouped, "Multiple-Services-Credit-Control")).toHaveLength(1);
  });

  test("tells where to top up, what is let through, and when the tariff changes", () => {
    const tariffChangeAt = 1_795_251_694_000 as EpochMs;
    const { avps } = answered(several, {
      resultCode: 2001,
      services: [
        {
          resultCode: 2001,
          granted: { timeS: 1, tariffChangeAt },
          finalUnit: { kind: "redirect", to: "url", address: "u" },
        },
        {
          resultCode: 2001,
          finalUnit: { kind: "restrict", rules: ["permit out ip from any to any"], filterIds: ["f"] },
        },
      ],
      remainingBalance: { amount: { units: 150n, scale: 2 }, currency: USD },
      isBalanceLow: true,
    });
    const [first = [], second = []] = avpValues(avps, "Multiple-Services-Credit-Control");
    const redirect = avpValue(avpValue(first, "Final-Unit-Indication") ?? [], "Redirect-Server") ?? [];
    expect(avpValue(redirect, "Redirect-Address-Type")).toBe(2);
    expect(avpValue(redirect, "Redirect-Server-Address")).toBe("u");
    expect(avpValue(avpValue(first, "Granted-Service-Unit") ?? [], "Tariff-Time-Change")).toBe(tariffChangeAt);
    const restrict = avpValue(second, "Final-Unit-Indication") ?? [];
    expect(avpValue(restrict, "Restriction-Filter-Rule")).toBe("permit out ip from any to any");
    expect(avpValue(restrict, "Filter-Id")).toBe("f");
    expect(avpValue(avps, "Low-Balance-Indication")).toBe(1);
  });
});
