import { applicationTag, type BerTag, tagText } from "../ber/tag.ts";

/**
 * The elements of TAP 3 that Tollwright reads, by their names in TD.57 and [APPLICATION] tag numbers. A number means
 * the same in all releases from 3.01 to 3.12; what older releases call otherwise or newer ones dropped is said beside
 * it.
 */
export const TAP = {
  TransferBatch: applicationTag(1),
  Notification: applicationTag(2),
  CallEventDetailList: applicationTag(3),
  BatchControlInfo: applicationTag(4),
  AccountingInfo: applicationTag(5),
  NetworkInfo: applicationTag(6),
  /** Up to 3.10. */
  VasInfoList: applicationTag(7),
  MessageDescriptionInfoList: applicationTag(8),
  MobileOriginatedCall: applicationTag(9),
  MobileTerminatedCall: applicationTag(10),
  SupplServiceEvent: applicationTag(11),
  ServiceCentreUsage: applicationTag(12),
  /** Up to 3.10. */
  ValueAddedService: applicationTag(13),
  GprsCall: applicationTag(14),
  AuditControlInfo: applicationTag(15),
  LocalTimeStamp: applicationTag(16),
  ContentTransaction: applicationTag(17),
  /** Up to 3.03, where a number has no tag of its own. */
  AddressStringDigits: applicationTag(33),
  BearerServiceCode: applicationTag(40),
  CallOriginator: applicationTag(41),
  CallEventDetailsCount: applicationTag(43),
  CallEventStartTimeStamp: applicationTag(44),
  CallReference: applicationTag(45),
  CauseForTerm: applicationTag(58),
  Charge: applicationTag(62),
  ChargeDetail: applicationTag(63),
  ChargeType: applicationTag(71),
  ChargingId: applicationTag(72),
  Destination: applicationTag(89),
  EarliestCallTimeStamp: applicationTag(101),
  FileSequenceNumber: applicationTag(109),
  FileTypeIndicator: applicationTag(110),
  GprsBasicCallInformation: applicationTag(114),
  GprsServiceUsed: applicationTag(121),
  Imsi: applicationTag(129),
  LatestCallTimeStamp: applicationTag(133),
  Min: applicationTag(146),
  MoBasicCallInformation: applicationTag(147),
  Msisdn: applicationTag(152),
  MtBasicCallInformation: applicationTag(153),
  Recipient: applicationTag(182),
  RecEntityInformation: applicationTag(183),
  RecEntityCode: applicationTag(184),
  Sender: applicationTag(196),
  TeleServiceCode: applicationTag(218),
  /** Up to 3.09: totals by charge type. */
  TotalChargeValue: applicationTag(222),
  TotalCallEventDuration: applicationTag(223),
  TotalChargeValueList: applicationTag(224),
  UtcTimeOffset: applicationTag(231),
  UtcTimeOffsetCode: applicationTag(232),
  UtcTimeOffsetInfo: applicationTag(233),
  AbsoluteAmount: applicationTag(241),
  TapDecimalPlaces: applicationTag(244),
  DataVolumeIncoming: applicationTag(250),
  DataVolumeOutgoing: applicationTag(251),
  Mdn: applicationTag(253),
  DialledDigits: applicationTag(279),
  LocationService: applicationTag(297),
  ChargeRefundIndicator: applicationTag(344),
  ContentServiceUsed: applicationTag(352),
  TotalChargeRefund: applicationTag(355),
  RecEntityId: applicationTag(400),
  CallingNumber: applicationTag(405),
  CalledNumber: applicationTag(407),
  TotalCharge: applicationTag(415),
  CamelInvocationFee: applicationTag(422),
  MessagingEvent: applicationTag(433),
  MobileSession: applicationTag(434),
  EventReference: applicationTag(435),
  ChargedParty: applicationTag(436),
  MobileSessionService: applicationTag(440),
  NonChargedParty: applicationTag(443),
  NonChargedPartyNumber: applicationTag(444),
  NonChargedPublicUserId: applicationTag(445),
  ServiceStartTimestamp: applicationTag(447),
  RequestedDestination: applicationTag(450),
  RequestedNumber: applicationTag(451),
  RequestedPublicUserId: applicationTag(452),
} as const satisfies Readonly<Record<string, BerTag>>;

const NAMES: ReadonlyMap<BerTag, string> = new Map(Object.entries(TAP).map(([name, tag]) => [tag, name]));

/** An element's name, or its tag where TAP's name is not known here. */
export const elementName = (tag: BerTag): string => NAMES.get(tag) ?? tagText(tag);

/** Where an element stands, outermost first: "MobileOriginatedCall > Destination". */
export const pathText = (path: readonly BerTag[]): string => path.map(elementName).join(" > ");
