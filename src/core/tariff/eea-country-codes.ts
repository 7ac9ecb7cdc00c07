/**
 * Country codes whose callers are in the European Economic Area: its 30 states, and the outermost regions of the Union
 * that have codes of their own (Réunion and Mayotte, Guadeloupe, Guiana, Martinique).
 *
 * Source: contracting parties of the EEA Agreement (efta.int) since the United Kingdom left on 2021-01-01; country
 * codes of ITU-T E.164, checked 2026-11-22 against libphonenumber 9.0.43. Codes go by whole country, so three small
 * places outside the EEA come along: the Vatican under 39, Svalbard under 47, Saint-Barthélemy under 590. A carrier
 * whose list differs gets a zone of its own prefixes.
 */
export const EEA_COUNTRY_CODES: readonly string[] =
  "30 31 32 33 34 351 352 353 354 356 357 358 359 36 370 371 372 385 386 39 40 420 421 423 43 45 46 47 48 49 262 590 594 596".split(
    " ",
  );
