/** The header of a message (RFC 6733 §3), without its version and length. */
export interface MessageHeader {
  readonly commandCode: number;
  readonly applicationId: number;
  /** Matches an answer with its request on one connection. */
  readonly hopByHopId: number;
  /** With Origin-Host: matches a request with its repetition. */
  readonly endToEndId: number;
  readonly isRequest: boolean;
  readonly isProxiable: boolean;
  readonly isError: boolean;
  /** The T flag: the request may have been sent before, over another connection. */
  readonly isRetransmission: boolean;
}

export const HEADER_BYTES = 20;
export const VERSION = 1;

const REQUEST = 0x80;
const PROXIABLE = 0x40;
const ERROR = 0x20;
const RETRANSMISSION = 0x10;

/** Reads the header; the caller has its 20 octets. */
export function readHeader(bytes: Buffer): MessageHeader {
  const flags = bytes[4] ?? 0;
  return {
    commandCode: bytes.readUIntBE(5, 3),
    applicationId: bytes.readUInt32BE(8),
    hopByHopId: bytes.readUInt32BE(12),
    endToEndId: bytes.readUInt32BE(16),
    isRequest: (flags & REQUEST) !== 0,
    isProxiable: (flags & PROXIABLE) !== 0,
    isError: (flags & ERROR) !== 0,
    isRetransmission: (flags & RETRANSMISSION) !== 0,
  };
}

/** Writes the header of a message of so many octets to the start of a buffer. */
export function writeHeader(bytes: Buffer, header: MessageHeader, length: number): void {
  const { isRequest, isProxiable, isError, isRetransmission } = header;
  bytes[0] = VERSION;
  bytes.writeUIntBE(length, 1, 3);
  bytes[4] =
    (isRequest ? REQUEST : 0) |
    (isProxiable ? PROXIABLE : 0) |
    (isError ? ERROR : 0) |
    (isRetransmission ? RETRANSMISSION : 0);
  bytes.writeUIntBE(header.commandCode, 5, 3);
  bytes.writeUInt32BE(header.applicationId, 8);
  bytes.writeUInt32BE(header.hopByHopId, 12);
  bytes.writeUInt32BE(header.endToEndId, 16);
}

/** The header of an answer: the same command and ids, the P flag as it came (RFC 6733 §6.2). */
export const answerHeader = (request: MessageHeader, { isError = false } = {}): MessageHeader => ({
  ...request,
  isRequest: false,
  isError,
  isRetransmission: false,
});
