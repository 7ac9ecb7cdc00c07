/**
 * Numbers of a country that are dialled as they are: emergency, harmonised and service codes. They have no country
 * code, and as E.164 prefixes 112 or 911 would match +1 and +91. "x" stands for any digit.
 *
 * Not every code of every country: a code that is missing here is added in the settings of a source or trunk, and an
 * unknown short number is never taken for E.164 anyway, because that needs at least 7 digits.
 */
const CODES: Readonly<Record<string, string>> = {
  AE: "112 901 997 998 999",
  AR: "100 101 103 107 110 112 911",
  AT: "112 122 128 133 140 141 142 144 147 116xxx 118xxx",
  AU: "000 106 112 1194 1196 12455",
  BD: "999",
  BE: "100 101 102 103 104 105 106 107 110 112 116xxx 12xx 1307 1414",
  BG: "112 150 160 166 116xxx 118xx",
  BR: "100 112 128 136 180 181 185 188 190 191 192 193 194 197 198 199 911",
  CA: "211 311 411 511 611 711 811 911 988",
  CH: "112 117 118 143 144 145 147 1414 116xxx 18xx",
  CL: "130 131 132 133 134",
  CN: "110 112 114 119 120 122 12345 12110 10000 10010 10086",
  CO: "112 119 123 125 127 132 155 165 195",
  CY: "112 199 1400 1460 116xxx 118xx",
  CZ: "112 150 155 156 158 116xxx 118x",
  DE: "110 112 115 116xxx 118xx 1180xx",
  DK: "112 113 114 118 1813 116xxx",
  EE: "110 112 1184 1188 1220 1247 116xxx",
  EG: "122 123 126 180 112",
  ES: "010 012 016 060 061 062 080 085 088 091 092 112 116xxx 118xx",
  FI: "112 116xxx 118",
  FR: "15 17 18 110 112 114 115 119 191 196 197 10xx 3xxx 116xxx 118xxx",
  GB: "100 101 105 111 112 119 123 141 147x 155 159 195 999 116xxx 118xxx 18000 18001 18002",
  GR: "100 108 109 112 166 191 199 116xxx 118xx",
  HK: "112 992 999 1081 1083",
  HR: "112 192 193 194 195 116xxx 118xx",
  HU: "104 105 107 112 116xxx 118xx",
  ID: "110 112 113 115 118 119",
  IE: "112 999 116xxx 118xx",
  IL: "100 101 102 103 104 105 106 112 144 1201",
  IN: "100 101 102 103 104 108 112 139 181 1091 1098 1930 198",
  IS: "112 1414 1717 1800 116xxx 118",
  IT: "112 113 114 115 117 118 1500 1522 1530 116xxx 12xx",
  JP: "104 110 113 115 117 118 119 171 177 188 189",
  KE: "112 911 999 116",
  KR: "100 110 111 112 113 114 117 118 119 120 122 123 125 127 128 129 1366 1388",
  LT: "011 022 033 112 118 116xxx",
  LU: "112 113 116xxx 118xx 12xxx",
  LV: "110 112 113 1188 116xxx",
  MT: "112 179 196 1182 1187 116xxx",
  MX: "066 070 078 088 089 911",
  MY: "100 103 112 994 999 991",
  NG: "112 199 767",
  NL: "112 113 144 140xx 140xxx 116xxx 18xx",
  NO: "0xxxx 110 112 113 1412 116xxx 18xx",
  NZ: "105 111 112 1737 018 0172",
  PH: "112 117 143 911 8888",
  PK: "15 16 112 115 1122 1166",
  PL: "112 985 986 987 991 992 993 994 997 998 999 116xxx 118xxx",
  PT: "112 117 118 116xxx 18xx",
  RO: "112 116xxx 118x 1951",
  RS: "192 193 194 112 116xxx",
  RU: "01 02 03 04 101 102 103 104 112",
  SA: "112 911 937 997 998 999",
  SE: "112 11313 11414 1177 116xxx 118xxx",
  SG: "112 911 993 995 999 1777",
  SI: "112 113 116xxx 118x",
  SK: "112 150 155 158 159 116xxx 118x",
  TH: "191 199 1155 1669 112",
  TR: "110 112 122 155 156 158 177 118xx",
  TW: "110 112 113 119 165 105",
  UA: "101 102 103 104 112 116xxx",
  US: "211 311 411 511 611 711 811 911 933 988",
  VN: "111 112 113 114 115",
  ZA: "107 112 10111 10177",
};

/** 112 and 911 reach an emergency service from a mobile phone nearly everywhere (3GPP TS 22.101, 10.1.1). */
const EVERYWHERE = "112 911";

/** The rest of the North American plan, and territories, dial as the country whose plan they share. */
const AS_IN: Readonly<Record<string, string>> = { GG: "GB", IM: "GB", JE: "GB", VA: "IT", SJ: "NO", AX: "FI" };

/** A pattern may leave this many digits open, which is 10,000 codes. */
export const OPEN_DIGITS_MAX = 4;

/** The short codes of a country, expanded to plain digits; without one, those that hold everywhere. */
export function shortCodesOf(iso: string | null, callingCode: string): ReadonlySet<string> {
  const own = CODES[AS_IN[iso ?? ""] ?? iso ?? ""] ?? (callingCode === "1" ? (CODES.US as string) : "");
  return new Set(`${EVERYWHERE} ${own}`.trim().split(" ").flatMap(expandShortCode));
}

/** Every code that a pattern stands for: "147x" is 1470 to 1479. At most {@link OPEN_DIGITS_MAX} digits are open. */
export function expandShortCode(pattern: string): string[] {
  const open = pattern.indexOf("x");
  if (open < 0) return [pattern];
  return Array.from("0123456789", (digit) => pattern.slice(0, open) + digit + pattern.slice(open + 1)).flatMap(
    expandShortCode,
  );
}
