/** What FreeSWITCH's mod_radius_cdr sends. */
export const FREESWITCH = `
VENDOR Freeswitch 27880
BEGIN-VENDOR Freeswitch
ATTRIBUTE Freeswitch-AVPair 1 string
ATTRIBUTE Freeswitch-CLID 2 string
ATTRIBUTE Freeswitch-Dialplan 3 string
ATTRIBUTE Freeswitch-Src 4 string
ATTRIBUTE Freeswitch-Dst 5 string
ATTRIBUTE Freeswitch-Src-Channel 6 string
ATTRIBUTE Freeswitch-Dst-Channel 7 string
ATTRIBUTE Freeswitch-Ani 8 string
ATTRIBUTE Freeswitch-Aniii 9 string
ATTRIBUTE Freeswitch-Lastapp 10 string
ATTRIBUTE Freeswitch-Lastdata 11 string
ATTRIBUTE Freeswitch-Disposition 12 string
ATTRIBUTE Freeswitch-Hangupcause 13 integer
ATTRIBUTE Freeswitch-Billusec 15 integer
ATTRIBUTE Freeswitch-AMAFlags 16 integer
ATTRIBUTE Freeswitch-RDNIS 17 string
ATTRIBUTE Freeswitch-Context 18 string
ATTRIBUTE Freeswitch-Source 19 string
ATTRIBUTE Freeswitch-Callstartdate 20 string
ATTRIBUTE Freeswitch-Callanswerdate 21 string
ATTRIBUTE Freeswitch-Calltransferdate 22 string
ATTRIBUTE Freeswitch-Callenddate 23 string
ATTRIBUTE Freeswitch-Signalbond 24 string
END-VENDOR Freeswitch
`;
