/**
 * Text from outside for a cell of a CSV file. A spreadsheet would run a text that begins with =, +, -, @ or a control
 * character as a formula, so an apostrophe goes before it; quotes alone do not help. A program whose list separator is
 * the semicolon or the tab does not see the quotes of a cell in the middle of a line and begins another cell after each
 * of them, and a row after a line break: so a sign there gets an apostrophe too.
 */
export const inertText = (text: string): string =>
  text.replace(/^(?=[=+\-@\t\r\n\0＝＋－＠])/, "'").replace(/([;\t\r\n][\s"]*)(?=[=+\-@＝＋－＠])/g, "$1'");

/** The text that {@link inertText} was given, but for control characters at its start. */
export const withoutApostrophes = (cell: string): string =>
  cell.replace(/(^|[;\t\r\n][\s"]*)'(?=[=+\-@＝＋－＠])/g, "$1");
