import type { Consumed } from "../../core/usage/service-units.ts";
/** The words of an invoice in one language. `{…}` marks are filled in. */
export interface InvoiceWording {
  readonly invoice: string;
  readonly creditNote: string;
  readonly statement: string;
  readonly number: string;
  readonly issueDate: string;
  readonly dueDate: string;
  readonly period: string;
  readonly customerCode: string;
  readonly billTo: string;
  readonly taxId: string;
  readonly email: string;
  readonly amountDue: string;
  readonly creditAmount: string;
  readonly destination: string;
  readonly ratePerMinute: string;
  readonly calls: string;
  readonly minutes: string;
  readonly connectFees: string;
  /** Holds `{currency}`. */
  readonly amountIn: string;
  /** In place of a rate where no single one makes the amount. */
  readonly varyingRate: string;
  /** After a destination whose calls an allowance paid in part: "{minutes}" and "{allowance}" are filled in. */
  readonly covered: string;
  /** The same of messages and data; "{minutes}" is how much of them. */
  readonly coveredUnits: string;
  /** Names of what is no call, after the heading of its lines. */
  readonly services: Readonly<Record<Consumed["service"], string>>;
  /** After a destination whose calls have surcharges: "{amount}" is filled in. */
  readonly surcharged: string;
  readonly usage: string;
  readonly previousPeriods: string;
  readonly adjustments: string;
  readonly subtotal: string;
  readonly exactUsage: string;
  readonly rounding: string;
  readonly total: string;
  readonly paidFromBalance: string;
  readonly payment: string;
  readonly reference: string;
  /** Holds `{page}` and `{pages}`. */
  readonly page: string;
}

const en: InvoiceWording = {
  invoice: "Invoice",
  creditNote: "Credit note",
  statement: "Usage statement",
  number: "Number",
  issueDate: "Date",
  dueDate: "Due date",
  period: "Period",
  customerCode: "Customer",
  billTo: "Bill to",
  taxId: "Tax number",
  email: "E-mail",
  amountDue: "Amount due",
  creditAmount: "Credit",
  destination: "Destination",
  ratePerMinute: "Rate/min",
  calls: "Calls",
  minutes: "Minutes",
  connectFees: "Connect fees",
  amountIn: "Amount ({currency})",
  varyingRate: "varies",
  covered: "{minutes} min free by {allowance}",
  coveredUnits: "{minutes} free by {allowance}",
  services: { sms: "SMS", data: "Data" },
  surcharged: "with surcharges of {amount}",
  usage: "Usage",
  previousPeriods: "Previous periods: late and corrected calls",
  adjustments: "Adjustments",
  subtotal: "Subtotal",
  exactUsage: "Exact sum",
  rounding: "Rounding",
  total: "Total",
  paidFromBalance: "Paid from balance",
  payment: "Payment",
  reference: "Reference",
  page: "Page {page} of {pages}",
};

const de: InvoiceWording = {
  invoice: "Rechnung",
  creditNote: "Gutschrift",
  statement: "Verbrauchsübersicht",
  number: "Nummer",
  issueDate: "Datum",
  dueDate: "Fällig am",
  period: "Zeitraum",
  customerCode: "Kunde",
  billTo: "Rechnungsempfänger",
  taxId: "Steuernummer",
  email: "E-Mail",
  amountDue: "Zahlbetrag",
  creditAmount: "Gutschriftsbetrag",
  destination: "Ziel",
  ratePerMinute: "Preis/Min.",
  calls: "Anrufe",
  minutes: "Minuten",
  connectFees: "Verbindungsentgelte",
  amountIn: "Betrag ({currency})",
  varyingRate: "variabel",
  covered: "{minutes} Min. frei durch {allowance}",
  coveredUnits: "{minutes} frei durch {allowance}",
  services: { sms: "SMS", data: "Daten" },
  surcharged: "mit Zuschlägen von {amount}",
  usage: "Verbrauch",
  previousPeriods: "Frühere Zeiträume: nachgemeldete und berichtigte Anrufe",
  adjustments: "Korrekturen",
  subtotal: "Zwischensumme",
  exactUsage: "Genaue Summe",
  rounding: "Rundung",
  total: "Summe",
  paidFromBalance: "Aus Guthaben bezahlt",
  payment: "Zahlung",
  reference: "Verwendungszweck",
  page: "Seite {page} von {pages}",
};

const fr: InvoiceWording = {
  invoice: "Facture",
  creditNote: "Avoir",
  statement: "Relevé de consommation",
  number: "Numéro",
  issueDate: "Date",
  dueDate: "Échéance",
  period: "Période",
  customerCode: "Client",
  billTo: "Facturé à",
  taxId: "Numéro fiscal",
  email: "E-mail",
  amountDue: "Montant à payer",
  creditAmount: "Montant de l’avoir",
  destination: "Destination",
  ratePerMinute: "Prix/min",
  calls: "Appels",
  minutes: "Minutes",
  connectFees: "Frais de connexion",
  amountIn: "Montant ({currency})",
  varyingRate: "variable",
  covered: "{minutes} min offertes par {allowance}",
  coveredUnits: "{minutes} offerts par {allowance}",
  services: { sms: "SMS", data: "Données" },
  surcharged: "dont suppléments {amount}",
  usage: "Consommation",
  previousPeriods: "Périodes antérieures : appels tardifs et corrigés",
  adjustments: "Ajustements",
  subtotal: "Sous-total",
  exactUsage: "Somme exacte",
  rounding: "Arrondi",
  total: "Total",
  paidFromBalance: "Réglé par le solde",
  payment: "Paiement",
  reference: "Référence",
  page: "Page {page} sur {pages}",
};

const es: InvoiceWording = {
  invoice: "Factura",
  creditNote: "Nota de crédito",
  statement: "Extracto de consumo",
  number: "Número",
  issueDate: "Fecha",
  dueDate: "Vencimiento",
  period: "Período",
  customerCode: "Cliente",
  billTo: "Facturar a",
  taxId: "Número fiscal",
  email: "Correo electrónico",
  amountDue: "Importe a pagar",
  creditAmount: "Importe del crédito",
  destination: "Destino",
  ratePerMinute: "Tarifa/min",
  calls: "Llamadas",
  minutes: "Minutos",
  connectFees: "Establecimiento",
  amountIn: "Importe ({currency})",
  varyingRate: "variable",
  covered: "{minutes} min gratis por {allowance}",
  coveredUnits: "{minutes} gratis por {allowance}",
  services: { sms: "SMS", data: "Datos" },
  surcharged: "con recargos de {amount}",
  usage: "Consumo",
  previousPeriods: "Períodos anteriores: llamadas tardías y corregidas",
  adjustments: "Ajustes",
  subtotal: "Subtotal",
  exactUsage: "Suma exacta",
  rounding: "Redondeo",
  total: "Total",
  paidFromBalance: "Pagado con el saldo",
  payment: "Pago",
  reference: "Referencia",
  page: "Página {page} de {pages}",
};

const ar: InvoiceWording = {
  invoice: "فاتورة",
  creditNote: "إشعار دائن",
  statement: "كشف استهلاك",
  number: "الرقم",
  issueDate: "التاريخ",
  dueDate: "تاريخ الاستحقاق",
  period: "الفترة",
  customerCode: "العميل",
  billTo: "فاتورة إلى",
  taxId: "الرقم الضريبي",
  email: "البريد الإلكتروني",
  amountDue: "المبلغ المستحق",
  creditAmount: "مبلغ الإشعار",
  destination: "الوجهة",
  ratePerMinute: "السعر/دقيقة",
  calls: "المكالمات",
  minutes: "الدقائق",
  connectFees: "رسوم الاتصال",
  amountIn: "المبلغ ({currency})",
  varyingRate: "متغير",
  covered: "{minutes} دقيقة مجانية من {allowance}",
  coveredUnits: "{minutes} مجانًا من {allowance}",
  services: { sms: "SMS", data: "بيانات" },
  surcharged: "شاملة رسومًا إضافية {amount}",
  usage: "الاستهلاك",
  previousPeriods: "فترات سابقة: مكالمات متأخرة أو مصححة",
  adjustments: "تسويات",
  subtotal: "المجموع الفرعي",
  exactUsage: "المجموع الدقيق",
  rounding: "التقريب",
  total: "الإجمالي",
  paidFromBalance: "مدفوع من الرصيد",
  payment: "الدفع",
  reference: "المرجع",
  page: "صفحة {page} من {pages}",
};

const WORDINGS: Readonly<Record<string, InvoiceWording>> = { en, de, fr, es, ar };

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = new Set(["ar", "dv", "fa", "he", "ps", "ur", "yi"]);

/** The wording for a BCP 47 locale by its language; English where there is none. */
export function invoiceWording(locale: string): {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly wording: InvoiceWording;
} {
  const language = new Intl.Locale(locale).language;
  const wording = WORDINGS[language];
  if (wording === undefined) return { language: "en", direction: "ltr", wording: en };
  return { language, direction: RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr", wording };
}
