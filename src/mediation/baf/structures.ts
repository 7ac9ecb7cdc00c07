/**
 * Fields of BAF structures and modules by their number of digits, the sign behind them not counted. Those that no call
 * is made of have the names of their tables in short. Source: Telcordia GR-1100-CORE, tables 0 to 412.
 */
export const FIELD_DIGITS = {
  callType: 3,
  sensorType: 3,
  sensorId: 7,
  officeType: 3,
  officeId: 7,
  date: 5,
  timing: 5,
  study: 7,
  answer: 1,
  observed: 1,
  operator: 1,
  feature: 3,
  callingArea: 3,
  callingNumber: 7,
  dialledArea: 3,
  dialledNumber: 7,
  overseas: 1,
  calledArea: 5,
  calledNumber: 7,
  connectTime: 7,
  elapsed: 9,
  carrier: 5,
  carrierDate: 5,
  carrierTime: 7,
  carrierElapsed: 9,
  carrierStatus: 3,
  trunkGroup: 5,
  routing: 1,
  dialling: 1,
  callingIndicator: 1,
  circuitDate: 5,
  circuitTime: 7,
  watsIndicator: 1,
  watsBand: 3,
  billingIndex: 3,
  accountingOffice: 3,
  lata: 3,
  trunkLegs: 1,
  software: 5,
  tracer: 3,
  fileSequence: 3,
  records: 7,
  blocks: 5,
} as const;

export type BafField = keyof typeof FIELD_DIGITS;

const HEAD = ["callType", "sensorType", "sensorId", "officeType", "officeId", "date"] as const;
const COMMON = [...HEAD, "timing", "study", "answer", "observed", "operator", "feature"] as const;
const CALLING = ["callingArea", "callingNumber"] as const;
const DIALLED = ["dialledArea", "dialledNumber"] as const;
const CALLED = ["overseas", "calledArea", "calledNumber"] as const;
const TIMES = ["connectTime", "elapsed"] as const;
const CARRIER = ["carrier", "carrierDate", "carrierTime", "carrierElapsed", "carrierStatus"] as const;
const ROUTE = ["trunkGroup", "routing"] as const;
const ACCESS = ["dialling", "callingIndicator"] as const;
const OFFICE = ["accountingOffice", "lata"] as const;
const SHORT = [...HEAD, "answer", "feature", ...CALLING, ...CALLED, ...TIMES] as const;

/** What the structures hold that are calls, by structure code. The fields come in this order behind the code. */
export const CALL_STRUCTURES: ReadonlyMap<string, readonly BafField[]> = new Map<string, readonly BafField[]>([
  ["0001", [...COMMON, ...CALLING, ...CALLED, ...TIMES]],
  ["0002", [...COMMON, ...CALLING, ...CALLED, ...TIMES, "circuitDate", "circuitTime"]],
  ["0020", [...COMMON, ...CALLING, ...CALLED, ...TIMES, "watsIndicator", "billingIndex"]],
  ["0024", [...COMMON, ...CALLING, ...CALLED, "connectTime", "watsIndicator", "billingIndex"]],
  ["0079", [...COMMON, "calledArea", "calledNumber", ...TIMES]],
  ["0360", [...COMMON, ...CALLING, ...DIALLED, ...CALLED, ...TIMES, ...CARRIER, ...ROUTE, ...ACCESS, ...OFFICE]],
  ["0364", [...COMMON, ...CALLING, ...DIALLED, ...CALLED, ...TIMES, ...OFFICE]],
  ["0500", SHORT],
  ["0501", [...SHORT, "watsIndicator", "watsBand"]],
  ["0502", [...SHORT, "watsBand"]],
  ["0625", [...COMMON, ...CALLING, ...CALLED, ...TIMES, ...CARRIER, ...ROUTE, ...ACCESS]],
  ["0653", [...COMMON, ...CALLED, ...TIMES, ...CARRIER, ...ROUTE]],
]);

/** Structures that are no calls, and what they are. */
export const NON_BILLABLE_STRUCTURES: ReadonlyMap<string, string> = new Map([
  ["0015", "structure 0015: call without a called number"],
  ["0019", "structure 0019: call without a called number"],
  ["0028", "structure 0028: call without a called number"],
  ["0076", "structure 0076: call without a called number"],
  ["0096", "structure 0096: use of call forwarding"],
  ["0110", "structure 0110: use of a feature"],
  ["0614", "structure 0614: call forwarding set"],
  ["1030", "structure 1030: use of a feature"],
  ["9000", "structure 9000: the switch's clock was set"],
  ["9102", "structure 9102: counts of a period"],
]);

/** What a file begins and ends with. Only the end of 9014 says how many records there are. */
export const HEADER_STRUCTURES: ReadonlySet<string> = new Set(["9013", "9038"]);
export const TRAILER_STRUCTURES: ReadonlySet<string> = new Set(["9014", "9039"]);
export const TRAILER_FIELDS: readonly BafField[] = [
  ...HEAD,
  "connectTime",
  "software",
  "tracer",
  "fileSequence",
  "records",
  "blocks",
];

/** Digits of the fields of a module, behind its code; modules behind one that is not listed cannot be read. */
export const MODULE_DIGITS: ReadonlyMap<string, readonly number[]> = new Map([
  ["021", [5, 5, 7, 9, 3, 5, 1, 1, 1]],
  ["022", [5, 7]],
  ["025", [5, 7]],
  ["029", [11]],
  ["030", [3, 3]],
  ["040", [3, 3, 11, 13]],
  ["042", [7]],
  ["050", [5]],
  ["068", [3]],
  ["070", [3, 1, 15, 5]],
  ["071", [3, 1, 5]],
  ["087", [3]],
  ["102", [3, 15]],
  ["103", [3, 15]],
  ["104", [9]],
  ["119", [13, 3, 7]],
  ["164", [1, 5, 3, 15]],
  ["203", [3, 9, 5]],
  ["204", [3]],
  ["300", [3, 11, 13]],
  ["306", [3]],
  ["307", [3, 5, 7]],
  ["611", [7, 15]],
  ["719", [3, 11, 7]],
  ["720", [3, 11, 9, 15, 7]],
]);
