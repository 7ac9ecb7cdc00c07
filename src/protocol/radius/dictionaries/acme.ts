/** Oracle's (Acme Packet's) session border controllers: what tells about a call; the counts of its flows are octets. */
export const ACME = `
VENDOR Acme 9148
BEGIN-VENDOR Acme
ATTRIBUTE Acme-Session-Ingress-CallId 3 string
ATTRIBUTE Acme-Session-Egress-CallId 4 string
ATTRIBUTE Acme-Calling-Octets_FS1 28 integer
ATTRIBUTE Acme-Session-Generic-Id 40 string
ATTRIBUTE Acme-Session-Ingress-Realm 41 string
ATTRIBUTE Acme-Session-Egress-Realm 42 string
ATTRIBUTE Acme-Session-Protocol-Type 43 string
ATTRIBUTE Acme-Called-Octets_FS1 44 integer
ATTRIBUTE Acme-Session-Charging-Vector 54 string
ATTRIBUTE Acme-Firmware-Version 56 string
ATTRIBUTE Acme-Local-Time-Zone 57 string
ATTRIBUTE Acme-Post-Dial-Delay 58 integer
ATTRIBUTE Acme-CDR-Sequence-Number 59 integer
ATTRIBUTE Acme-Session-Disposition 60 integer
ATTRIBUTE Acme-Disconnect-Initiator 61 integer
ATTRIBUTE Acme-Disconnect-Cause 62 integer
ATTRIBUTE Acme-Intermediate_Time 63 string
ATTRIBUTE Acme-Primary-Routing-Number 64 string
ATTRIBUTE Acme-Originating-Trunk-Group 65 string
ATTRIBUTE Acme-Terminating-Trunk-Group 66 string
ATTRIBUTE Acme-Originating-Trunk-Context 67 string
ATTRIBUTE Acme-Terminating-Trunk-Context 68 string
ATTRIBUTE Acme-P-Asserted-ID 69 string
ATTRIBUTE Acme-SIP-Diversion 70 string
ATTRIBUTE Acme-SIP-Status 71 integer
ATTRIBUTE Acme-Ingress-Local-Addr 74 string
ATTRIBUTE Acme-Ingress-Remote-Addr 75 string
ATTRIBUTE Acme-Egress-Local-Addr 76 string
ATTRIBUTE Acme-Egress-Remote-Addr 77 string
ATTRIBUTE Acme-Egress-Final-Routing-Number 134 string
ATTRIBUTE Acme-Session-Forked-Call-Id 171 string
ATTRIBUTE Acme-Reason-Phrase 239 string
END-VENDOR Acme
`;
