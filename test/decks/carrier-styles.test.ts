import { expect, test } from "vitest";
import { summary } from "./deck-summary.ts";

/**
 * Decks in the manner of many carriers, read with detection alone. A right reading is its rows ("93 0.2 60 30/6
 * 2026-03-09 USD": prefix, price, seconds it is for, steps, first day, currency), with "!code" for a rejected row; a
 * refused file is the code of its problem. What must never happen is a third thing.
 */
test.each<[string, string[], string[] | string]>([
  [
    "titles, and a header of two rows",
    [
      "Global Voice Ltd,,,,,,",
      "Rate notification no. 4711,,,,,,",
      "Date of issue: 01/03/2026,,,,,,",
      ",,,,,,",
      "Destination,Dial,Rate,Billing,,Effective,Status",
      ",Codes,USD/min,Min,Inc,Date,",
      'Afghanistan Mobile,"9370;9371",0.2,30,6,2026-03-09,Increase',
      "Albania,355,0.1,1,1,2026-03-02,No Change",
    ],
    ["9370 0.2 60 30/6 2026-03-09 USD", "9371 0.2 60 30/6 2026-03-09 USD", "355 0.1 60 1/1 2026-03-02 USD"],
  ],
  [
    "a country code, then ranges and lists of area codes",
    [
      "Country;Country Code;Area Codes;Rate;Increments",
      "Bangladesh Mobile;880;13,15-19;0.0231;1/1",
      "India;91;70-79|90-99;0.009;1/1",
      "Latvia;371;;0.05;60/60",
    ],
    [
      "88013 0.0231 60 1/1",
      ...[15, 16, 17, 18, 19].map((n) => `880${n} 0.0231 60 1/1`),
      "917 0.009 60 1/1",
      "919 0.009 60 1/1",
      "371 0.05 60 60/60",
    ],
  ],
  [
    "an export of a billing platform: codes that must not be called",
    ["Prefix,Country,Price,Forbidden,Discontinued", "93,Afghanistan,0.2,N,N", "9371,Afghanistan,0.2,Y,N"],
    ["93 0.2 60 1/1", "9371 blocked"],
  ],
  [
    "country calling codes beside area codes, short names of steps and dates",
    [
      "Ctry,Country Calling Code,Area Code,Price USD,1st Int,2nd Int,Flagfall,Eff. date",
      "Austria,43,664,0.2,30,6,0.01,15-Feb-2026",
    ],
    ["43664 0.2 60 30/6 2026-02-15 USD fee 0.01"],
  ],
  [
    "prices with their dates in the headers",
    ["Destination,Code,Rate until 31-Jan-2026,Rate from 01-Feb-2026,Billing", "France,33,0.0100,0.0120,1x1"],
    ["33 0.012 60 1/1"],
  ],
  [
    "a new price with its date in the header",
    ["Destination,Code,Current Rate,New Rate (effective 01-Feb-2026)", "France,33,0.0100,0.0120"],
    ["33 0.012 60 1/1"],
  ],
  ["ranges over two columns", ["From Code,To Code,Rate", "336000,336999,0.2"], "deck-columns-missing"],
  [
    "a row a jurisdiction",
    ["NPANXX,Jurisdiction,Rate", "201200,Interstate,0.003", "201200,Intrastate,0.005"],
    ["1201200 0.003 60 1/1 from interstate", "1201200 0.005 60 1/1 from intrastate"],
  ],
  [
    "two columns of codes that must not be called, and the second one says so",
    ["Prefix,Country,Price,Forbidden,Discontinued", "93,Afghanistan,0.2,N,Y"],
    "deck-columns-ambiguous",
  ],
  [
    "codes below Destination, with the name in another column",
    ["Destination,Country,Description,Price", "93,AFGHANISTAN,Proper,0.2", "9370,AFGHANISTAN,Mobile,0.3"],
    ["93 0.2 60 1/1", "9370 0.3 60 1/1"],
  ],
  [
    "country codes as floats",
    [
      "Country,Country Code,Area Code,Rate",
      "Afghanistan,93.0,,0.2",
      "Afghanistan,93.0,70.0,0.21",
      "Bahamas,1-242,,0.1",
      "Albania,355.0,67.0,0.3",
    ],
    ["93 0.2 60 1/1", "9370 0.21 60 1/1", "1242 0.1 60 1/1", "35567 0.3 60 1/1"],
  ],
  [
    "a country code once for the rows below it",
    [
      "Country,Country Code,Area Code,Rate",
      "Afghanistan,93,,0.2",
      ",,70,0.21",
      ",,71,0.22",
      "Albania,355,,0.1",
      ",,67,0.3",
    ],
    ["93 0.2 60 1/1", "9370 0.21 60 1/1", "9371 0.22 60 1/1", "355 0.1 60 1/1", "35567 0.3 60 1/1"],
  ],
  [
    "an area code below another name has no country",
    [
      "Destination,Country Code,Area Code,Rate",
      "Afghanistan,93,,0.2",
      "Afghanistan Roshan,,70,0.21",
      "Albania,355,,0.1",
    ],
    ["93 0.2 60 1/1", "!code-missing", "355 0.1 60 1/1"],
  ],
  [
    "codes in scientific notation",
    [
      "Destination,Prefix,Rate",
      "Germany,4.9E+01,0.01",
      "Bangladesh,8.8017E+04,0.02",
      "Test,9.1E+11,0.1",
      "Albania,355,0.3",
    ],
    ["!code-digits-lost", "!code-digits-lost", "!code-digits-lost", "355 0.3 60 1/1"],
  ],
  [
    "codes as floats, quoted, with signs",
    ["Destination,Prefix,Rate", 'A,"93.0",0.01', 'B,"=""355""",0.02', "C,+88017,0.1", "D,0044,0.3", "E,'1242,0.2"],
    ["93 0.01 60 1/1", "355 0.02 60 1/1", "88017 0.1 60 1/1", "44 0.3 60 1/1", "1242 0.2 60 1/1"],
  ],
  [
    "a decimal comma and thousands points",
    [
      "Ziel;Vorwahl;Preis (EUR/Min);Gültig ab",
      "Inmarsat;870;1.250,50;09.03.2026",
      "Deutschland;49;0,0123;09.03.2026",
      "Kuba;53;12,5;09.03.2026",
    ],
    ["870 1250.5 60 1/1 2026-03-09 EUR", "49 0.0123 60 1/1 2026-03-09 EUR", "53 12.5 60 1/1 2026-03-09 EUR"],
  ],
  [
    "currency signs in the cells",
    ["Destination,Code,Rate,Increment", "Afghanistan,93,€0.20,60/60", "Albania,355,€0.10,60/60"],
    ["93 0.2 60 60/60 EUR", "355 0.1 60 60/60 EUR"],
  ],
  [
    "currency codes in the cells",
    ["Destination,Code,Rate,Increment", "Afghanistan,93,USD 0.20,60/60", "Albania,355,0.10 EUR,60/60"],
    ["93 0.2 60 60/60 USD", "355 0.1 60 60/60 EUR"],
  ],
  [
    "the currency in a title",
    ["Carrier X rates", "Currency: EUR", "Destination,Code,Rate", "Afghanistan,93,0.20"],
    ["93 0.2 60 1/1 EUR"],
  ],
  [
    "cents in a title",
    ["All rates are in US cents per minute", "Destination,Code,Rate", "Afghanistan,93,20.5", "Albania,355,11.2"],
    ["93 0.205 60 1/1 USD", "355 0.112 60 1/1 USD"],
  ],
  [
    "cents in the header, short",
    ["Destination,Code,Rate (USc/min)", "Afghanistan,93,20.5", "Albania,355,11.2"],
    ["93 0.205 60 1/1 USD", "355 0.112 60 1/1 USD"],
  ],
  [
    "cents in the header, in German",
    ["Ziel;Vorwahl;Preis Eurocent/Min", "Afghanistan;93;20,5", "Albania;355;11,2"],
    ["93 0.205 60 1/1 EUR", "355 0.112 60 1/1 EUR"],
  ],
  [
    "cents in the cells",
    ["Destination,Code,Rate", "Afghanistan,93,20.5¢", "Albania,355,11.2¢"],
    ["!rate-invalid", "!rate-invalid"],
  ],
  [
    "peak and off-peak",
    [
      "Destination,Code,Peak Rate,Off-Peak Rate,Weekend Rate",
      "Afghanistan,93,0.20,0.15,0.1",
      "Albania,355,0.10,0.08,0.05",
    ],
    "deck-columns-ambiguous",
  ],
  [
    "a plain price and others by hours",
    ["Destination,Code,Rate,Off-Peak,Weekend", "Afghanistan,93,0.20,0.15,0.1", "Albania,355,0.10,0.08,0.05"],
    "deck-columns-ambiguous",
  ],
  [
    "peak and off-peak, all the same",
    [
      "Destination,Code,Peak Rate,Off-Peak Rate,Weekend Rate",
      "Afghanistan,93,0.20,0.20,0.20",
      "Albania,355,0.10,0.10,0.1",
    ],
    ["93 0.2 60 1/1", "355 0.1 60 1/1"],
  ],
  [
    "a price for each quality",
    ["Destination,Code,CLI Rate,NCLI Rate", "Afghanistan,93,0.20,0.15", "Albania,355,0.10,0.08"],
    "deck-columns-ambiguous",
  ],
  [
    "a price in each currency",
    ["Destination,Code,Rate USD,Rate EUR", "Afghanistan,93,0.20,0.15", "Albania,355,0.10,0.08"],
    "deck-columns-ambiguous",
  ],
  [
    "the day of issue beside the effective date",
    [
      "Destination,Code,Rate,Date,Effective Date",
      "Afghanistan,93,0.20,2026-02-20,2026-03-09",
      "Albania,355,0.10,2026-02-20,2026-03-02",
    ],
    ["93 0.2 60 1/1 2026-03-09", "355 0.1 60 1/1 2026-03-02"],
  ],
  [
    "dates of the current and of the new price",
    [
      "Destination,Code,Current Rate,Current Effective Date,New Rate,New Effective Date",
      "Afghanistan,93,0.20,2025-02-20,0.3,2026-03-09",
      "Albania,355,0.10,2025-02-20,0.05,2026-03-02",
    ],
    ["93 0.3 60 1/1 2026-03-09", "355 0.05 60 1/1 2026-03-02"],
  ],
  [
    "an initial price other than the next",
    ["Prefix,Initial Rate,Next Rate,Initial Interval,Next Interval", "93,0.2,0.2,60,60", "94,0.3,0.2,60,60"],
    ["93 0.2 60 60/60", "94 0.3 then 0.2 from 60 60 60/60"],
  ],
  [
    "dates in two orders",
    ["Prefix,Rate,Effective", "93,0.2,13/04/2026", "94,0.3,04/13/2026", "95,0.3,04/05/2026"],
    "deck-date-order-ambiguous",
  ],
  [
    "increments in many ways",
    [
      "Prefix,Rate,Billing Increments",
      "93,0.2,1/1",
      "94,0.2,60-60",
      "95,0.2,60/1",
      "96,0.2,30+6",
      "97,0.2,1:1",
      "98,0.2,60",
      "60,0.2,60s/60s",
      "61,0.2,60 sec / 1 sec",
      "62,0.2,1 / 1 sec",
      "63,0.2,Per Second",
      "64,0.2,01-Jan",
      "65,0.2,per min",
      "66,0.2,0/1",
    ],
    [
      "93 0.2 60 1/1",
      "94 0.2 60 60/60",
      "95 0.2 60 60/1",
      "96 0.2 60 30/6",
      "97 0.2 60 1/1",
      "98 0.2 60 60/60",
      "60 0.2 60 60/60",
      "61 0.2 60 60/1",
      "62 0.2 60 1/1",
      "63 0.2 60 1/1",
      "!increments-invalid",
      "65 0.2 60 60/60",
      "!increments-invalid",
    ],
  ],
  ["a price per second", ["Prefix,Rate per Second,Min,Inc", "93,0.002,1,1"], ["93 0.002 1 1/1"]],
  ["a price per six seconds", ["Prefix,Price per 6 sec,Increment", "93,0.002,6/6"], ["93 0.002 6 6/6"]],
  ["a price per sixty seconds", ["Prefix,Rate/60s,Increment", "93,0.2,6/6"], ["93 0.2 60 6/6"]],
  [
    "blocked, closed and not available",
    [
      "Destination,Code,Rate,Status",
      "Cuba,53,N/A,Blocked",
      "Latvia Special,3719,0,Blocked",
      "X,93,NA,",
      "Y,94,TBC,New",
      "Z,95,-,Deleted",
      "W,96,0.1,Code deleted",
      "V,97,0.1,To be closed",
      "U,98,0.1,Removed",
      "T,60,No service,",
      "S,61,0.2,D",
    ],
    [
      "53 blocked",
      "3719 blocked",
      "!rate-missing",
      "!rate-invalid",
      "95 closed",
      "96 closed",
      "97 closed",
      "98 closed",
      "!rate-invalid",
      "61 0.2 60 1/1",
    ],
  ],
  [
    "footers",
    [
      "Destination,Code,Rate,Effective",
      "A,93,0.2,2026-03-09",
      "B,355,0.1,2026-03-09",
      "",
      '"Note: rates of 1,500 codes valid 30 days, VAT excluded 20%",,,',
      "Total,2,,",
      "* Codes subject to change,,,",
      "Contact: rates@example.com +44 20 7946 0000,,,",
    ],
    ["93 0.2 60 1/1 2026-03-09", "355 0.1 60 1/1 2026-03-09"],
  ],
  [
    "a mark of byte order, and dates that are none",
    [
      "\uFEFFDestination|Prefix|Rate|Effective From|Effective To",
      "A|93|0.2|2026-03-09 00:00:00|0000-00-00 00:00:00",
      "B|355|.1|2026-03-09T00:00:00.000Z|",
    ],
    ["93 0.2 60 1/1 2026-03-09", "355 0.1 60 1/1 2026-03-09"],
  ],
  [
    "several dates a code",
    ["Destination,Code,Rate,Effective Date", "A,93,0.2,9-Mar-26", "A,93,0.25,16-Mar-26", "A,93,0.22,1-Apr-26"],
    ["93 0.2 60 1/1 2026-03-09", "93 0.25 60 1/1 2026-03-16", "93 0.22 60 1/1 2026-04-01"],
  ],
  [
    "a year of two digits that may stand first",
    ["Prefix,Rate,Effective", "93,0.2,26-03-09", "94,0.3,26-03-02"],
    "deck-date-order-ambiguous",
  ],
  [
    "prices by volume",
    ["Destination,Code,Rate 0-1M min,Rate 1M+ min", "A,93,0.2,0.18", "B,355,0.1,0.08"],
    "deck-columns-ambiguous",
  ],
  [
    "prices by kind of line",
    ["Country,Code,Landline Rate,Mobile Rate", "A,93,0.2,0.3", "B,355,0.1,0.4"],
    "deck-columns-ambiguous",
  ],
  [
    "old price and change",
    ["Destination,Code,Old Price,Change %,Price (US$),Effective", "A,93,0.1,+100%,0.2,2026-03-09"],
    ["93 0.2 60 1/1 2026-03-09 USD"],
  ],
  [
    "a country code called prefix",
    ["Country,Prefix,Code,Rate", "Afghanistan,93,9370,0.2", "Albania,355,35567,0.1"],
    ["9370 0.2 60 1/1", "35567 0.1 60 1/1"],
  ],
  [
    "ISO codes beside dial codes",
    ["Destination,Code,Prefix,Rate", "Afghanistan,AFG,93,0.2", "Albania,ALB,355,0.1"],
    ["93 0.2 60 1/1", "355 0.1 60 1/1"],
  ],
  [
    "in Spanish",
    ["Destino;Prefijo;Tarifa;Desde", "A;93;0,123;01/04/2026", "B;355;1,250;15/04/2026"],
    ["93 0.123 60 1/1 2026-04-01", "355 1.25 60 1/1 2026-04-15"],
  ],
  [
    "sections and a repeated header",
    [
      "Code,Destination,Rate",
      "AFRICA,,",
      "234,Nigeria,0.1",
      "ASIA,,",
      "93,Afghanistan,0.2",
      "Code,Destination,Rate",
      "355,Albania,0.3",
    ],
    ["234 0.1 60 1/1", "93 0.2 60 1/1", "355 0.3 60 1/1"],
  ],
  [
    "no new price",
    ["Destination,Code,Current Rate,New Rate,Effective Date", "A,93,0.2,,", "B,355,0.1,0.12,2026-03-09"],
    ["!rate-missing", "355 0.12 60 1/1 2026-03-09"],
  ],
  ["Min. and Inc.", ["Destination,Code,Rate,Min.,Inc.", "UK,44,0.1,60,1"], ["44 0.1 60 60/1"]],
])("%s", (_, lines, expected) => {
  expect(summary(new TextEncoder().encode(`${lines.join("\n")}\n`))).toEqual(expected);
});
