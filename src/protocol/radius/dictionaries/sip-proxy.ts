/**
 * What Kamailio, OpenSIPS and their like add in numbers that IANA leaves to implementations: no clash with the RFCs.
 */
export const SIP_PROXY = `
ATTRIBUTE Sip-Uri-User 208 string
ATTRIBUTE Sip-Req-URI 210 string
ATTRIBUTE Sip-Group 211 string
ATTRIBUTE Sip-CC 212 string
ATTRIBUTE Sip-Rpid 213 string
ATTRIBUTE SIP-AVP 225 string
VALUE Service-Type Group-Check 12
VALUE Service-Type Sip-Session 15
VALUE Service-Type SIP-Caller-AVPs 30
VALUE Service-Type SIP-Callee-AVPs 31
`;
