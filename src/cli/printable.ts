/**
 * Text as a terminal may get it. What comes from a file (a raw record, a header, a file's name) can hold escape
 * sequences, which a terminal would obey: control characters other than line ends and tabs become their pictures,
 * ESC "␛".
 */
export const printable = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]/gu, (control) => {
    const code = control.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(PICTURES + code) : "\uFFFD";
  });

/** Unicode block "Control Pictures", in the order of the first 32 characters. */
const PICTURES = 0x2400;
