import { existsSync } from "node:fs";
import { ServerProcess } from "./server-process.ts";

/** Whether Kamailio and SIPp are installed; says so when they are not. */
export function hasKamailio(): boolean {
  if (existsSync("/usr/sbin/kamailio") && existsSync("/usr/bin/sipp")) return true;
  process.stderr.write("not run: Kamailio or SIPp is not installed: apt-get install -y kamailio sip-tester\n");
  return false;
}

const SDP = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
`;
const FROM = "From: <sip:[calling]00[call_number]@[local_ip]:[local_port]>;tag=[pid]from[call_number]";
const REPLY = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n\n";

const scenario = (name: string, steps: readonly string[]): string =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="${name}">\n${steps.join("\n")}\n</scenario>\n`;
const send = (text: string, attributes = ""): string => `<send ${attributes}><![CDATA[\n${text}\n]]></send>`;

const invite = (number: number, more = ""): string =>
  send(
    `INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
${FROM}
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: ${number} INVITE
${more}Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
${SDP}`,
    'retrans="500"',
  );
const INVITE = invite(1);
/** Ends an INVITE that was refused. */
const refusedAck = (number: number): string =>
  send(
    `ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
${FROM}
[last_To:]
Call-ID: [call_id]
CSeq: ${number} ACK
Max-Forwards: 70
Content-Length: 0
`,
  );
/** Calls, is asked who it is, and proves it by the user and password of `-au` and `-ap`. */
const PROVING = [
  INVITE,
  '<recv response="100" optional="true"/><recv response="407" auth="true"/>',
  refusedAck(1),
  invite(2, "[authentication]\n"),
  '<recv response="100" optional="true"/><recv response="180" optional="true"/>',
];
const register = (number: number, more = ""): string =>
  send(
    `REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[service]@[remote_ip]:[remote_port]>;tag=[pid]from[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: ${number} REGISTER
${more}Contact: <sip:[service]@[local_ip]:[local_port]>
Max-Forwards: 70
Expires: 60
Content-Length: 0
`,
    'retrans="500"',
  );
/** Notes when a call was answered and when its end was, by `-trace_logs`. */
const noted = (recv: string, what: string): string =>
  `<recv ${recv}><action><log message="${what} [call_id] [clock_tick]"/></action></recv>`;
const inDialog = (method: string, number: number, attributes = ""): string =>
  send(
    `${method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
${FROM}
[last_To:]
Call-ID: [call_id]
CSeq: ${number} ${method}
Max-Forwards: 70
Content-Length: 0
`,
    attributes,
  );
const ANSWERED = [
  INVITE,
  '<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="200" rrs="true"/>',
  inDialog("ACK", 1),
];

const PROVEN = [...PROVING, noted('response="200" rrs="true"', "answered"), inDialog("ACK", 2)];

/** What callers and the called side do. */
export const SCENARIOS = {
  /** Calls, talks for as long as `-d` says, and hangs up. */
  talk: scenario("talk", [...ANSWERED, "<pause/>", inDialog("BYE", 2, 'retrans="500"'), '<recv response="200"/>']),
  /** Calls, and waits until it is hung up on; Kamailio 5.6 needs a moment between its two BYEs. */
  wait: scenario("wait", [
    ...ANSWERED,
    '<recv request="BYE" timeout="60000"/>',
    '<pause milliseconds="30"/>',
    send(`SIP/2.0 200 OK\n${REPLY}`),
  ]),
  /** Calls, and is refused for want of money. */
  refused: scenario("refused", [INVITE, '<recv response="100" optional="true"/><recv response="402"/>', refusedAck(1)]),
  /** As `talk` and `wait`, of a user who proves who he is. */
  provenTalk: scenario("provenTalk", [
    ...PROVEN,
    "<pause/>",
    inDialog("BYE", 3, 'retrans="500"'),
    noted('response="200"', "ended"),
  ]),
  provenWait: scenario("provenWait", [
    ...PROVEN,
    noted('request="BYE" timeout="60000"', "ended"),
    '<pause milliseconds="30"/>',
    send(`SIP/2.0 200 OK\n${REPLY}`),
  ]),
  /** Proves who he is, or tries to, and is refused. */
  provenRefused: scenario("provenRefused", [...PROVING, '<recv response="403"/>', refusedAck(2)]),
  register: scenario("register", [
    register(1),
    '<recv response="100" optional="true"/><recv response="401" auth="true"/>',
    register(2, "[authentication]\n"),
    '<recv response="100" optional="true"/><recv response="200"/>',
  ]),
  /** Answers every call after a moment. */
  answer: scenario("answer", [
    '<recv request="INVITE" rrs="true"/>',
    '<pause milliseconds="50"/>',
    send(
      `SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]to[call_number]
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
${SDP}`,
      'retrans="500"',
    ),
    '<recv request="ACK"/>',
    '<recv request="BYE"/>',
    send(`SIP/2.0 200 OK\n${REPLY}`),
  ]),
} as const;

/** Starts SIPp on a port of 127.0.0.1; one that calls ends by itself when its calls have. */
export const sipp = (file: string, port: number, args: readonly string[] = []): ServerProcess =>
  new ServerProcess("/usr/bin/sipp", ["-sf", file, "-i", "127.0.0.1", "-p", String(port), "-nostdin", ...args]);
