import { inertText } from "../../core/inert-text.ts";

/**
 * Text from outside as one field of a CSV file that no spreadsheet runs. A semicolon is quoted too: where it is the
 * list separator, it would start a field of its own.
 */
export function textField(text: string): string {
  const inert = inertText(text);
  return /[",;\t\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
