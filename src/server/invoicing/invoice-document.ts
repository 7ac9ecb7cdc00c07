/**
 * An invoice as it is printed: every text final, in the reader's language and number format, so that the template only
 * arranges. Stored with the invoice; printing it again gives the same bytes.
 */
export interface InvoiceDocument {
  /** BCP 47 language of the wording, which hyphenation and quotation follow: "en", "ar". */
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly paper: "a4" | "us-letter";
  /** "#0f4c5c": rules, headings and the amount due. */
  readonly accentColor: string;
  /** "Invoice", "Credit note". */
  readonly title: string;
  readonly number: string;
  /** "2026-04-01": the document's own date, in its metadata. */
  readonly issueDate: string;
  /** Date, period, due date, customer number: what identifies it, beside the title. */
  readonly facts: readonly LabelledText[];
  /** null: the default mark. */
  readonly logo: InvoiceLogo | null;
  readonly seller: PrintedParty;
  readonly buyer: PrintedParty & { readonly label: string };
  /** The figure in the box: amount due, or credit. */
  readonly headline: LabelledText;
  readonly columns: InvoiceColumns;
  readonly sections: readonly InvoiceSection[];
  /** From exact sum over rounding to the amount due. */
  readonly totals: readonly (LabelledText & { readonly strong: boolean })[];
  /** How to pay; null when nothing is due. */
  readonly payment: { readonly heading: string; readonly rows: readonly LabelledText[] } | null;
  readonly notes: readonly string[];
  /** "Page {page} of {pages}". */
  readonly pageLabel: string;
  /** The ten digits from zero on, for page numbers. */
  readonly digits: readonly string[];
  /** Files inside the PDF (PDF/A-3), such as an XML invoice. */
  readonly attachments: readonly InvoiceAttachment[];
}

export interface LabelledText {
  readonly label: string;
  readonly value: string;
}

/** A party as it stands on paper: a name, address lines, and labelled facts such as a VAT number. */
export interface PrintedParty {
  readonly name: string;
  readonly lines: readonly string[];
  readonly facts: readonly LabelledText[];
}

export interface InvoiceLogo {
  readonly format: "svg" | "png";
  readonly base64: string;
}

/** Headings of the table, in this order. */
export interface InvoiceColumns {
  readonly description: string;
  readonly rate: string;
  readonly calls: string;
  readonly minutes: string;
  /** Absent where no line has connect fees: the table then has no such column. */
  readonly connectFees?: string;
  readonly amount: string;
}

/** Rows under one heading with their sum: this period, previous periods, adjustments. */
export interface InvoiceSection {
  readonly heading: string;
  readonly rows: readonly InvoiceRow[];
  readonly subtotal: InvoiceRow;
}

/** One row; a text is empty where the column says nothing about it. */
export interface InvoiceRow {
  readonly description: string;
  readonly rate: string;
  readonly calls: string;
  readonly minutes: string;
  readonly connectFees?: string;
  readonly amount: string;
}

export interface InvoiceAttachment {
  /** File name inside the PDF: "factur-x.xml". */
  readonly name: string;
  readonly mimeType: string;
  readonly description: string;
  /** PDF/A-3 `AFRelationship`. */
  readonly relationship: "source" | "data" | "alternative" | "supplement";
  readonly base64: string;
}
