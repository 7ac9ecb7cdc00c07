import type { SwitchFormat } from "./decoder.ts";
import { accLog } from "./formats/acc-log.ts";
import { asteriskCsv } from "./formats/asterisk-csv.ts";
import { asteriskDb } from "./formats/asterisk-db.ts";
import { baf } from "./formats/baf.ts";
import { broadworksCsv } from "./formats/broadworks-csv.ts";
import { broadworksXml } from "./formats/broadworks-xml.ts";
import { cucm } from "./formats/cucm.ts";
import { freeswitchCsv } from "./formats/freeswitch-csv.ts";
import { freeswitchJson } from "./formats/freeswitch-json.ts";
import { freeswitchXml } from "./formats/freeswitch-xml.ts";
import { kamailioAcc } from "./formats/kamailio-acc.ts";
import { mapped } from "./formats/mapped.ts";
import { netsapiens } from "./formats/netsapiens.ts";
import { opensipsAcc } from "./formats/opensips-acc.ts";
import { oracleSbc } from "./formats/oracle-sbc.ts";
import { perimetaXml } from "./formats/perimeta-xml.ts";
import { radiusDetail } from "./formats/radius-detail.ts";
import { sansay } from "./formats/sansay.ts";
import { sippy } from "./formats/sippy.ts";
import { tap3 } from "./formats/tap3.ts";
import { transnexus } from "./formats/transnexus.ts";
import { vos3000 } from "./formats/vos3000.ts";

/** Every switch format there is, in the order in which they are shown. */
export const FORMATS: readonly SwitchFormat[] = [
  freeswitchCsv,
  freeswitchJson,
  freeswitchXml,
  asteriskCsv,
  asteriskDb,
  kamailioAcc,
  opensipsAcc,
  accLog,
  cucm,
  broadworksXml,
  broadworksCsv,
  oracleSbc,
  baf,
  perimetaXml,
  sansay,
  netsapiens,
  transnexus,
  radiusDetail,
  vos3000,
  sippy,
  tap3,
  mapped,
];

/** The format an operator names; undefined when there is none of that name. */
export const formatNamed = (name: string): SwitchFormat | undefined => FORMATS.find((format) => format.name === name);
