/**
 * SIP digest as draft-sterman-aaa-sip numbers it, which OpenSER's and radcli's clients send to this day: the response
 * is 206, and 207 holds the others, one or more in each. The names are those of RFC 5090: the dialect is in the
 * numbers.
 */
export const DIGEST_STERMAN = `
ATTRIBUTE Digest-Response 206 string
ATTRIBUTE Digest-Attributes 207 tlv
ATTRIBUTE Digest-Realm 207.1 string
ATTRIBUTE Digest-Nonce 207.2 string
ATTRIBUTE Digest-Method 207.3 string
ATTRIBUTE Digest-URI 207.4 string
ATTRIBUTE Digest-Qop 207.5 string
ATTRIBUTE Digest-Algorithm 207.6 string
ATTRIBUTE Digest-Entity-Body-Hash 207.7 string
ATTRIBUTE Digest-CNonce 207.8 string
ATTRIBUTE Digest-Nonce-Count 207.9 string
ATTRIBUTE Digest-Username 207.10 string
`;
