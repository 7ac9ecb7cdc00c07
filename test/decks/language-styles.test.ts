import { expect, test } from "vitest";
import { summary } from "./deck-summary.ts";

/** Decks whose headers are not English, read with detection alone; readings as in carrier-styles.test.ts. */
test.each<[string, string[], string[]]>([
  [
    "German: prices and connection fees in cents, which has two columns of cents",
    [
      "Zielland;Vorwahl;Verbindungsentgelt in ct;Preis in ct/Min (netto);Taktung;Gültig ab",
      "Afghanistan;0093;5;18,50;60/1;15.02.2026",
    ],
    ["93 0.185 60 60/1 2026-02-15 fee 0.05"],
  ],
  [
    "French, with a fee a call",
    [
      "Pays;Indicatif;Tarif HT €/min;Frais de mise en relation;Date d'effet",
      "France mobile;336,337;0,0190;0,02;15/02/2026",
    ],
    ["336 0.019 60 1/1 2026-02-15 EUR fee 0.02", "337 0.019 60 1/1 2026-02-15 EUR fee 0.02"],
  ],
  [
    "Portuguese, in reais",
    ["Destino;Prefixo;Valor por minuto (R$);Cadência;Início", "Brasil Móvel;55119;0,0350;30/6;15/02/2026"],
    ["55119 0.035 60 30/6 2026-02-15 BRL"],
  ],
  [
    "Russian",
    ["Направление;Код;Цена, USD/мин;Действует с;Тарификация", "Афганистан моб.;9370;0,2150;15.02.2026;60/1"],
    ["9370 0.215 60 60/1 2026-02-15 USD"],
  ],
])("%s", (_style, lines, expected) => {
  expect(summary(new TextEncoder().encode(`${lines.join("\n")}\n`))).toEqual(expected);
});
