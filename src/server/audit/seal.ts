import { createHash, hash } from "node:crypto";
import { canonicalJson } from "../../core/canonical-json.ts";

/** What a seal covers, beside the digests of its entries. */
export interface SealHeader {
  readonly tenantId: string;
  /** From 1, without a gap. */
  readonly number: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** UTC with microseconds. */
  readonly sealedAt: string;
}

/** What the first seal of a tenant follows. */
export const CHAIN_START: Buffer = Buffer.alloc(32);

/**
 * The chain up to a seal: SHA-256(previous chain ‖ SHA-256(canonical JSON of the header) ‖ digests of its entries, in
 * their order). Source: docs/concepts/audit.md.
 */
export function chainOf(previous: Buffer, header: SealHeader, digests: readonly Buffer[]): Buffer {
  const chain = createHash("sha256")
    .update(previous)
    .update(hash("sha256", canonicalJson({ ...header }), "buffer"));
  for (const digest of digests) chain.update(digest);
  return chain.digest();
}

/** The end of a tenant's chain: who has kept it elsewhere can prove that nothing before it was cut off. */
export interface AuditHead {
  readonly tenantId: string;
  readonly number: number;
  readonly lastSequence: number;
  /** 64 hexadecimal digits. */
  readonly chain: string;
}

/** One line: `<tenant>/<seal>/<last entry>/<chain>`. */
export const headText = ({ tenantId, number, lastSequence, chain }: AuditHead): string =>
  `${tenantId}/${number}/${lastSequence}/${chain}`;

const HEAD = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\/([1-9]\d{0,14})\/([1-9]\d{0,14})\/([\da-f]{64})$/;

/** A head as {@link headText} writes it; null: it is none. */
export function parseHead(text: string): AuditHead | null {
  const [, tenantId, number, lastSequence, chain] = HEAD.exec(text.trim()) ?? [];
  if (tenantId === undefined || chain === undefined) return null;
  return { tenantId, number: Number(number), lastSequence: Number(lastSequence), chain };
}
