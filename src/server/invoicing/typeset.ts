import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NodeCompiler } from "@myriaddreamin/typst-ts-node-compiler";
import { documentFonts } from "./fonts.ts";
import type { InvoiceDocument } from "./invoice-document.ts";
import { invoiceNotPrintable } from "./problems.ts";

/** A printed document. */
export interface TypesetPdf {
  readonly bytes: Uint8Array;
  readonly pages: number;
  /**
   * "a-3b" (ISO 19005-3, for archives), or "1.7" when a character has no glyph in any installed font: the archive
   * standard forbids that, and an invoice with an empty box in a name is better than none.
   */
  readonly standard: "a-3b" | "1.7";
}

/** Results of older compilations are dropped after this many documents; the fonts and the template stay warm. */
const CACHE_AGE_MAX = 2;

const TEMPLATES = fileURLToPath(new URL("../../invoice-templates/", import.meta.url));
const NO_GLYPH = "could not be displayed with any font";

/**
 * Makes a typesetter: it loads a font when a document first needs it, and then takes some 15 ms a page. Synchronous and
 * CPU-bound, so it belongs in a worker (`createPdfPrinter` of render-pdf.ts); in a loop that never lets the event loop
 * turn, the compiler's memory grows by half a megabyte a document. The same document gives the same bytes.
 *
 * Typst sees nothing but the template folder and the files that come with the document; texts reach it as JSON and are
 * never evaluated. Errors: Problem `invoice-not-printable`.
 */
export function createTypesetter(): (document: InvoiceDocument) => TypesetPdf {
  const { families, directories } = documentFonts();
  const compiler = NodeCompiler.create({ workspace: TEMPLATES, fontArgs: [{ fontPaths: [...directories] }] });
  const template = readFileSync(`${TEMPLATES}invoice.typ`, "utf8");
  const defaultLogo = readFileSync(`${TEMPLATES}default-logo.svg`);
  return (document) => {
    const inputs = { ...mapFiles(compiler, document, defaultLogo), families: JSON.stringify(families) };
    try {
      return compile(compiler, template, inputs, document.number);
    } finally {
      compiler.resetShadow();
      compiler.evictCache(CACHE_AGE_MAX);
    }
  };
}

/** Puts logo and attachments where the template can read them, and leaves their paths in its inputs. */
function mapFiles(compiler: NodeCompiler, document: InvoiceDocument, defaultLogo: Buffer): Record<string, string> {
  const logo = `/logo.${document.logo?.format ?? "svg"}`;
  compiler.mapShadow(
    TEMPLATES + logo.slice(1),
    document.logo ? Buffer.from(document.logo.base64, "base64") : defaultLogo,
  );
  const attachments = document.attachments.map(({ base64, ...attachment }, index) => {
    const path = `/attachment-${index}`;
    compiler.mapShadow(TEMPLATES + path.slice(1), Buffer.from(base64, "base64"));
    return { ...attachment, path };
  });
  return { document: JSON.stringify({ ...document, logo: null, attachments }), logo };
}

function compile(compiler: NodeCompiler, template: string, inputs: Record<string, string>, number: string): TypesetPdf {
  const result = compiler.compile({ mainFileContent: template, inputs });
  const paged = result.result;
  if (paged === null) {
    const error = result.takeError();
    const said = error === null ? "" : JSON.stringify(compiler.fetchDiagnostics(error));
    throw invoiceNotPrintable({ number, said });
  }
  const pages = paged.numOfPages;
  try {
    return { bytes: compiler.pdf(paged, { pdfStandard: "a-3b" }), pages, standard: "a-3b" };
  } catch (error) {
    if (!String(error).includes(NO_GLYPH)) throw invoiceNotPrintable({ number, said: String(error) });
    return { bytes: compiler.pdf(paged, { pdfStandard: "1.7" }), pages, standard: "1.7" };
  }
}
