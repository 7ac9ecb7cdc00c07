import type { DeckField } from "../template.ts";

/**
 * Header texts by field, after {@link normalHeader}. Tried top to bottom for every column, so that "rate effective date" is
 * a date before it is a rate and "code name" a destination before it is a code. Within a field an earlier pattern is the
 * better match: a deck with "Old rate" and "New rate" is priced by the new one.
 */
const PATTERNS: readonly (readonly [DeckField | "ignored", readonly RegExp[]])[] = [
  ["ignored", [
    /^(old|prev(ious)?|last|former|alt)\b/, /\b(change|diff(erence)?|delta|increase)( in)? ?(percent|pct|amount|value)\b/,
    /^(percent|pct|change pct|no|nr|n|id|row|line|seq|index|sr no|s no|sl no|sno|lata|ocn|rate ?center|rate ?centre|tier|level|quality)$/,
    /\b(rate|code|country|destination|product|zone|tariff)s? id$/, /^(iso|country iso|iso code|country iso code)\b/,
    /\b(grace|free seconds|asr|acd|margin|utc offset|time ?zone)\b/,
  ]],
  ["effectiveTo", [
    /\b(end|expir(y|ation|es|ed|e)|expires|discontinu\w*|valid (to|till|until|thru)|effective (to|till|until|thru)|until|till)\b/,
    /^(to|to date|date to|stop|stop date|fecha fin|date fin|fin|bis|gultig bis|fim|scadenza)$/,
  ]],
  ["effectiveFrom", [
    /\beffect(ive)?( (date|from|time|on))?\b/, /\b(valid (from|since)|validity|start(s|ing)? (date|time|from|on)|date start|start)\b/,
    /\b(activation|active) (date|from)\b/, /^(from|from date|date from|date|rate date|wef|w e f|apply date|new rate date|change date)$/,
    /^(fecha( (inicio|efectiva|desde|de inicio))?|date (d )?(effet|debut)|datum|gultig ab|ab|data( inicio| inizio| decorrenza)?|vigencia|decorrenza)$/,
  ]],
  ["connectFee", [
    /\b(conn(ect|ection)?|set ?up|call set ?up|establishment|flag ?fall|initial) (fee|charge|cost|price|rate)\b/,
    /^(connection|connect|setup|surcharge|per call( (fee|charge))?|fee per call|cargo( de)? (conexion|establecimiento)|frais de connexion)$/,
  ]],
  ["firstInterval", [
    /\b(first|initial|init|min(imum)?|1st) (billing )?(interval|inc(rement)?|period|time|duration|block|step|charge|billing|unit)s?\b/,
    /^(i1|int 1|interval 1|increment 1|inc 1|n1|min|minimum|minimal|duration|min sec|min seconds|min s|min time sec|initial)$/,
  ]],
  ["nextInterval", [
    /\b(sub(sequent)?|next|second|following|additional|2nd|succeeding) ?(billing )?(interval|inc(rement)?|period|time|block|step|unit)s?\b/,
    /^(in|int n|interval n|interval 2|increment 2|inc 2|n2|next|subsequent|step|incremental)$/,
  ]],
  ["increments", [
    /\b(increments?|min inc|inc|interval|billing (period|step|type|unit|cycle|pattern|rule|terms?|scheme|method|mode)|charge period|charging (period|interval|unit)|pulse|rounding|block|takt|taktung)\b/,
    /^(billing|step|min step|first next|initial next|min next|b i|granularity|decoupage|tarificacion|tasacion)$/,
  ]],
  ["indeterminateRate", [/^(ij|indeterminate|indeterm|undetermined|indeter|ind)( ?(state|jurisdiction))?( ?(rate|price|cost))?\b/, /\b(ij|indeterminate) ?(rate|price|cost)$/, /^ijrate$/]],
  ["interRate", [/^(inter)( ?state)?( ?(rate|price|cost))?( usd)?$/, /^interstate\b/, /\binter( ?state)?( ?(rate|price|cost))$/]],
  ["intraRate", [/^(intra)( ?state)?( ?(rate|price|cost))?( usd)?$/, /^intrastate\b/, /\bintra( ?state)?( ?(rate|price|cost))$/]],
  ["status", [
    /^(status|state|change|changes|change (type|status|flag|code|indicator)|rate (status|change)|price (status|change)|flag|action|type of change|indicator|movement|notice|new rate status|estado|statut|cambio|aenderung|anderung)$/,
    /\b(change|rate|price|code) (status|type|flag|indicator|action)\b/, /\b(increase|decrease)\b.*\b(decrease|increase|new)\b/,
  ]],
  ["currency", [/^(currency|curr|ccy|cur|currency code|rate currency|moneda|devise|wahrung|valuta|moeda)$/]],
  ["comment", [/^(comments?|notes?|remarks?|info|observations?|observaciones|bemerkung|kommentar)$/]],
  ["destination", [
    /^(destination|dest|destinations?|destination name|dest name|destination description|zone name|zone|prefix name|code name|target pattern name|pattern name|rate name|area name|region name|route name)$/,
    /\b(destination|dest|zone|prefix|code|pattern|region|area|breakout|route|location)s? (name|desc(ription)?)\b/,
    /^(description|desc|name|breakout|region|area|location|operator|network|carrier|product|route|title|term(inating)? (destination|country))$/,
    /^(destino|destinazione|ziel|zielname|zielland|libelle|descripcion|descricao|nombre|descrizione|bezeichnung)$/,
    /^(destination network|destination country|called (destination|zone)|destination and.*|destination (name )?\(.*)$/,
  ]],
  ["countryCode", [/^(country ?codes?|cc|c code|country dial(l?ing)? ?codes?|country prefix|intl code|codigo pais|indicatif pays)$/]],
  ["areaCode", [/^(area ?codes?|city codes?|ndc|national (destination )?codes?|sub ?codes?|local codes?|ac|area prefix|area city codes?|region codes?|breakout codes?|codigo area)$/]],
  ["country", [/^(country|country name|pais|pays|land|paese)$/]],
  ["code", [
    /^(prefix(es)?|codes?|dial(l?ing|l?ed)? ?codes?|destination codes?|dest codes?|npa ?nxx( x)?|npanxx|npa|dial(l?ing)? prefix(es)?|dest(ination)? prefix(es)?|dnis( prefix)?|digits|destination (number|digits)|number|phone ?(code|prefix)|e ?164( codes?| prefix)?|pattern|dial ?string|full codes?|ld prefix|country (and )?area codes?|code list|all codes|new codes?|called prefix|b number( prefix)?|pref|lrn|match|dialcode|range)$/,
    /\b(dial(l?ing|l?ed)? ?(codes?|prefix(es)?|digits)|prefix(es)?|npa ?nxx|codes?)\b/,
    /^(codigos?|prefijos?|prefisso|prefissi|prefixe|prefixo|vorwahl(en)?|vorwahlnummer|indicatifs?|indicativo|rufnummer|codigo)$/,
  ]],
  ["rate", [
    /\b(new|future|offer(ed)?|proposed) ?(rate|price|cost|tariff)\b/,
    /^(rate|price|cost|charge|tariff|ppm|rates|prices)$/, /\b(rate|price|cost|charge|charges|tariff|termination fee)\b.*\b(per )?(min(ute)?|sec(ond)?|m|s)\b/,
    /\b(per|a|p) ?(minute|min|second|sec)\b/, /\b(min(ute)?|sec(ond)?|voice|call|buy|sell(ing)?|base|standard|peak|term(ination)?|interval|current|retail|wholesale|flat|net|all day) ?(rate|price|cost|charge|tariff)\b/,
    /^(usd|eur|gbp|us|euro?s?|chf|aud|cad|sek|nok|dkk|pln|jpy|inr) ?((per|a|p)? ?(min(ute)?|sec(ond)?))?$/,
    /\b(rate|price|cost|charge|tariff|amount)s?\b/,
    /^(preis|tarif|tarifa|precio|prix|costo|coste|prezzo|tariffa|preco|valor|arbeitspreis|minutenpreis)\b/,
  ]],
];

/** "Rate ($/min)" → "rate min": lower case, no accents, marks as single spaces. */
export function normalHeader(text: string): string {
  return text
    .replaceAll("%", " percent ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .normalize("NFD").replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** What a header text means, and how well it says so (0 is best); undefined for a text no field knows. */
export function matchHeader(text: string): { readonly field: DeckField; readonly rank: number } | undefined {
  const header = normalHeader(text);
  if (header === "" || header.length > 60) return undefined;
  for (const [field, patterns] of PATTERNS) {
    const rank = patterns.findIndex((pattern) => pattern.test(header));
    if (rank !== -1) return field === "ignored" ? undefined : { field, rank };
  }
  return undefined;
}
