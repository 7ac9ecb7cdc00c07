/**
 * What Kamailio, OpenSIPS and their like add in numbers that IANA leaves to implementations: no clash with the RFCs.
 * Sip-Source-Address is ours: where a caller's packets come from, which none of the others has in a request.
 */
export const SIP_PROXY = `
ATTRIBUTE Sip-Uri-User 208 string
ATTRIBUTE Sip-Req-URI 210 string
ATTRIBUTE Sip-Group 211 string
ATTRIBUTE Sip-CC 212 string
ATTRIBUTE Sip-Rpid 213 string
ATTRIBUTE SIP-AVP 225 string
ATTRIBUTE Sip-Source-Address 228 string
VALUE Service-Type Group-Check 12
VALUE Service-Type Sip-Session 15
VALUE Service-Type SIP-Caller-AVPs 30
VALUE Service-Type SIP-Callee-AVPs 31
`;
