import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { requestEncodingUnknown, requestInvalid, requestTooLarge } from "./problems.ts";

const DECODERS = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/**
 * A request's body without its content encoding, at most `bytesMax` long: a few kilobytes can pack gigabytes.
 *
 * Errors: Problems `request-encoding-unknown`, `request-too-large`, `request-invalid` for a body that is not so
 * encoded.
 */
export async function decodedBody(body: Buffer, encoding: string | undefined, bytesMax: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? "";
  if (name === "" || name === "identity") return body;
  const decode = Object.entries(DECODERS).find(([known]) => known === name)?.[1];
  if (decode === undefined) throw requestEncodingUnknown({ encoding: name });
  try {
    return await decode(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") throw requestTooLarge();
    throw requestInvalid({ reason: `its body is no ${name} data` });
  }
}
