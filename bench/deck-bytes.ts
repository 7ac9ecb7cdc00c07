/**
 * A CSV deck of `rows` different codes; every tenth price is `extraUnits` × 10⁻⁴ higher, so that a second deck changes
 * those. Text is built as one array: the generator is not what is measured.
 */
export function deckBytes(rows: number, extraUnits: number): Uint8Array {
  const lines = ["Destination,Code,Rate,Increment,Effective,Status"];
  for (let i = 0; i < rows; i++) {
    const units = 10 + ((i * 7_919) % 5_000) + (i % 10 === 0 ? extraUnits : 0);
    lines.push(
      `"Country ${i >> 6}, Mobile",${2_000_000 + i},0.${String(units).padStart(4, "0")},30/6,2026-03-09,Current`,
    );
  }
  return new TextEncoder().encode(lines.join("\r\n"));
}
