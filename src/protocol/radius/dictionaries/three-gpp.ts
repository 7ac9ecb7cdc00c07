/** What packet gateways of mobile networks add. Source: 3GPP TS 29.061 §16.4.7. */
export const THREE_GPP = `
VENDOR 3GPP 10415
BEGIN-VENDOR 3GPP
ATTRIBUTE 3GPP-IMSI 1 string
ATTRIBUTE 3GPP-Charging-ID 2 integer
ATTRIBUTE 3GPP-PDP-Type 3 integer
ATTRIBUTE 3GPP-Charging-Gateway-Address 4 ipaddr
ATTRIBUTE 3GPP-GPRS-Negotiated-QoS-profile 5 string
ATTRIBUTE 3GPP-SGSN-Address 6 ipaddr
ATTRIBUTE 3GPP-GGSN-Address 7 ipaddr
ATTRIBUTE 3GPP-IMSI-MCC-MNC 8 string
ATTRIBUTE 3GPP-GGSN-MCC-MNC 9 string
ATTRIBUTE 3GPP-NSAPI 10 string
ATTRIBUTE 3GPP-Session-Stop-Indicator 11 byte
ATTRIBUTE 3GPP-Selection-Mode 12 string
ATTRIBUTE 3GPP-Charging-Characteristics 13 string
ATTRIBUTE 3GPP-Charging-Gateway-IPv6-Address 14 ipv6addr
ATTRIBUTE 3GPP-SGSN-IPv6-Address 15 ipv6addr
ATTRIBUTE 3GPP-GGSN-IPv6-Address 16 ipv6addr
ATTRIBUTE 3GPP-IPv6-DNS-Servers 17 octets
ATTRIBUTE 3GPP-SGSN-MCC-MNC 18 string
ATTRIBUTE 3GPP-Teardown-Indicator 19 byte
ATTRIBUTE 3GPP-IMEISV 20 string
ATTRIBUTE 3GPP-RAT-Type 21 byte
ATTRIBUTE 3GPP-User-Location-Info 22 octets
ATTRIBUTE 3GPP-MS-Time-Zone 23 octets
ATTRIBUTE 3GPP-Camel-Charging-Info 24 octets
ATTRIBUTE 3GPP-Packet-Filter 25 octets
ATTRIBUTE 3GPP-Negotiated-DSCP 26 byte
END-VENDOR 3GPP
`;
