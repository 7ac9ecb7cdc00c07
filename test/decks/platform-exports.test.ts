import { expect, test } from "vitest";
import { summary } from "./deck-summary.ts";

/** Price lists as billing platforms export them and carriers of many tongues send them, read without a template. */

const bytes = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);

test.each<[string, string[], string[], string]>([
  [
    "VOS3000",
    [
      "Rate prefix,Area prefix,Area name,Billing rate,Billing cycle,Billing free duration,Lock type",
      ",86,China,0.0120,60,0,No lock",
      ",852,Hong Kong,0.0180,60,0,Bar outgoing call",
    ],
    ["86 0.012 60 60/60", "852 blocked"],
    "a column of codes that is never filled is none, and a locked price is no price",
  ],
  [
    "VOS3000 in Chinese",
    ["费率前缀,地区前缀,地区名称,计费费率,计费周期,锁定类型", ",86,中国,0.0120,60,无锁定", ",852,香港,0.0180,60,锁定"],
    ["86 0.012 60 60/60", "852 blocked"],
    "the same",
  ],
  [
    "MagnusBilling",
    [
      "Prefix;Destination;Sell price;Initblock;Billingblock;connectcharge;disconnectcharge;minimal_time_charge",
      "55;Brazil;0,0250;1;1;0;0;0",
      "5511;São Paulo;0,0150;30;6;0;0,05;0",
    ],
    ["55 0.025 60 1/1", "!term-unread"],
    "a charge at the end is not the price",
  ],
  [
    "A2Billing",
    [
      "dialprefix,destination,rateinitial,buyrate,buyrateinitblock,buyrateincrement,initblock,billingblock,chargea",
      "44,UK,0.02,0.01,1,1,30,6,0",
    ],
    ["44 0.02 60 30/6"],
    "steps of the price that is paid are not those of the price that is asked",
  ],
  [
    "ASTPP",
    [
      "Code,Destination,Connection Cost,Included Seconds,Per Minute Cost,Initial Increment,Increment",
      "^44.*,UK,0,0,0.01,30,6",
    ],
    ["44 0.01 60 30/6"],
    "codes as patterns",
  ],
  [
    "JeraSoft",
    [
      "Code,Code Name,Rate,Setup Fee,Min Time,Interval,Grace Time,Effective Date",
      "93,AF,0.2,0,60,60,0,2026-12-01 00:00:00+00",
    ],
    ["93 0.2 60 60/60 2026-12-01"],
    "times as PostgreSQL writes them",
  ],
  [
    "FusionPBX",
    ["Destination Number,Description,Area Code,Rate,Connect Increment,Talk Increment,Currency", "44,UK,,0.01,60,6,USD"],
    ["44 0.01 60 60/6 USD"],
    "a number of a destination is a code",
  ],
  [
    "Sippy",
    ['"Action [A,R,U,D]",Prefix,Description,Interval 1,Interval N,Price 1,Price N', "D,9379,AFGHANISTAN,1,1,0.19,0.19"],
    ["9379 closed"],
    "D deletes, whatever stands behind the header",
  ],
  [
    "YETI",
    [
      "Id,Enabled,Prefix,Src Prefix,Dst Prefix,Reject Calls,Initial Interval,Next Interval,Initial Rate,Next Rate,Valid From",
      "1,true,,,7495,false,60,30,0.02,0.015,2026-12-01 00:00:00 UTC",
      "2,true,,,7812,true,60,30,0.02,0.02,2026-12-01 00:00:00 UTC",
    ],
    ["7495 0.02 then 0.015 from 60 60 60/30 2026-12-01", "7812 blocked 2026-12-01"],
    "an origin that nothing limits",
  ],
  [
    "a French carrier",
    [
      "Destination;Indicatif;Tarif EUR/min;Statut",
      "France;33;0,0045;Pas de changement",
      "Maurice;230;0,1200;Supprimé",
      "Algérie;213;0,3150;Bloqué",
    ],
    ["33 0.0045 60 1/1 EUR", "230 closed EUR", "213 blocked EUR"],
    "what is no longer sold has no price",
  ],
  [
    "a German carrier",
    ["Ziel;Vorwahl;Preis EUR/min;Änderung", "Kuba;53;0,81;Unverändert", "Tschad;235;0,9;Gelöscht"],
    ["53 0.81 60 1/1 EUR", "235 closed EUR"],
    "the same",
  ],
  [
    "a carrier with two rows of headers",
    [
      "Country,Code,Price,,Effective date,Remark",
      ",,Current,New,,",
      "Cuba,53,0.81,0.85,15/12/2026,Increase",
      "Iran,989,0.09,,15/12/2026,Closed",
    ],
    ["53 0.85 60 1/1 2026-12-15", "989 closed 2026-12-15"],
    "the new price, wherever the word stands",
  ],
  [
    "a carrier without a column of changes",
    ["Destination,Code,Rate,Comments", "Cuba,53,0.81,blocked", "Chad,235,0.9,Blocked until further notice? no"],
    ["53 blocked", "235 0.9 60 1/1"],
    "a remark of one word says it, a sentence does not",
  ],
])("%s: %#", (_platform, lines, expected) => {
  expect(summary(bytes(lines))).toEqual(expected);
});
