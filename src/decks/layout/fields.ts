import type { DeckField } from "../template.ts";

/** How a column header names a field: whole phrases, and patterns for the many ways around them. */
interface HeaderNames {
  readonly field: DeckField | "ignored";
  /** Normal headers, separated by commas. */
  readonly phrases?: string;
  /**
   * Tried in order; an earlier one is the better match, so a deck with "Old rate" and "New rate" is priced by the new.
   */
  readonly patterns?: readonly RegExp[];
}

const RATE = "(rate|price|cost|charge|tariff)";
const STEP = "(interval|inc(rement)?|period|time|duration|block|step|unit|charge|billing)s?";
const PER_MINUTE = "( [a-z]{3})?( (per|a|p))?( min(ute)?)?";
const PLACE =
  "(codes?|country|countries|sets?|groups?|zones?|regions?|areas?|prefix(es)?|names?|networks?|destinations?)";
/** Times of day and of the week that some carriers price apart. */
const HOURS = /\b(off ?peak|peak|week ?ends?|week ?days?|nights?|evenings?|day ?time|economy|holidays?)\b/;

/**
 * Tried top to bottom for every column, so that "rate effective date" is a date before it is a rate, and "code name" a
 * destination before it is a code.
 */
const HEADERS: readonly HeaderNames[] = [
  {
    field: "ignored",
    phrases: "percent,pct,no,nr,n,id,row,line,seq,index,sr no,s no,sl no,sno,lata,ocn,rate center,tier,level,quality",
    patterns: [
      /^(old|prev(ious)?|last|former|alt)\b/,
      /\b(change|diff(erence)?|delta|increase)( in)? ?(percent|pct|amount|value)\b/,
      /\b(rate|code|country|destination|product|zone|tariff)s? id$/,
      /^(iso|country iso)\b/,
      /\b(asr|acd|margin|utc offset|time ?zone)\b/,
      // The first and the last code of a range, in two columns: neither is a code, an origin or a date.
      /^(from|to|first|last|start|end) (code|prefix|range|number)s?$/,
      /^(code|prefix|range|number)s? (from|to|start|end)$/,
      // The price that ends, beside "Rate from 1 Feb 2026".
      new RegExp(`^(current |old )?${RATE}s? (until|till|to|before|valid (to|until)) .*20\\d\\d$`),
      // Prices of other things than calls.
      /\b(sms|mms|(per|a) (message|msg|mb|gb))\b/,
    ],
  },
  {
    // Before "Minimum time" and whatever else a step may be called: calls that cost nothing are no step.
    field: "freeSeconds",
    phrases: "grace,minimal time charge,minimal time buy",
    patterns: [/\b(grace|free|included|inclusive|no ?charge) ?(period|time|sec(ond)?s?|s|min(ute)?s?)\b/, /\bgrace\b/],
  },
  {
    field: "priceFactor",
    phrases: "multiplier,multiplicator,factor,addition",
    patterns: [
      /\b(price|rate|cost) (multiplier|factor|addition)$/,
      /^(dis ?connect(ion)?|post ?call) ?(surcharge|fee|charge|cost)\b/,
      /^(step|time)?charge ?[abc]$/,
    ],
  },
  {
    // Which calls a surcharge is for is rarely said; one for every call is a connect fee, below.
    field: "surcharge",
    patterns: [
      /^(?!((per )?call |connect(ion)? |set ?up )?surcharge( per call)?$)(?!.*\b(in|ex)cl|.*\bwith).*\bsurcharges?\b/,
    ],
  },
  {
    // The date is the price's, and not what the column holds.
    field: "rate",
    patterns: [
      new RegExp(`^(new |future )?${RATE}s? (valid |effective )?(from|as of|effective|starting)\\b.*20\\d\\d$`),
    ],
  },
  { field: "blocked", phrases: "blocked,is blocked,barred,forbidden,discontinued,reject calls" },
  {
    field: "origin",
    phrases:
      "jurisdiction,origin,origins,origination,originating,originator,source,src,calling party,calling number,a number,ani",
    patterns: [
      new RegExp(`^(origin(ation|ating|ator)?|source|src|calling|caller|from|a number) ${PLACE}$`),
      /^(origin|src|source) ?(based|dependent)\b/,
    ],
  },
  { field: "increments", phrases: "min inc,min increment,minimum increment,first next,initial next,min next" },
  { field: "rateUnit", phrases: "rate unit seconds,price unit seconds,rate unit,price unit,rate per,price per,per" },
  {
    field: "effectiveTime",
    phrases: "time,time from,from time,hora,heure,uhrzeit,ora",
    patterns: [/\b(effect(ive)?|start(ing)?|valid(ity)?|activation|change)( from)? time\b/],
  },
  {
    field: "effectiveTo",
    phrases: "to,to date,date to,stop,stop date,fecha fin,hasta,date fin,fin,bis,gultig bis,fim,scadenza",
    patterns: [/\b(end|ends|expir\w*|discontinu\w*|until|till)\b/, /\b(valid|effective) (to|thru)\b/],
  },
  {
    field: "effectiveFrom",
    phrases:
      "effective date,effective from,effective,new effective date,new rate effective date,from,from date,date from," +
      "rate date,wef,w e f,apply date,change date,fecha inicio,fecha efectiva,fecha desde,desde,date effet," +
      "date d effet,date debut,debut,gultig ab,ab,beginn,data inicio,data de inicio,inicio,data inizio,vigencia,decorrenza," +
      "дата начала,дата,начало,деиствует с",
    patterns: [
      /^(new|future|next) .*\b(effect(ive)?|date)\b/,
      /^(?!current\b).*\beffect(ive)?\b/,
      /\b(valid (from|since)|validity|start(s|ing)? (date|time|from|on)|date start|start)\b/,
      /\b(activation|active) (date|from)\b/,
      /\beff\b/,
      /\brate date$/,
      /\beffect(ive)?\b/,
      // Last: beside "effective", a bare "date" is often the day the list was made.
      /^(date|fecha|datum|data)$/,
    ],
  },
  {
    field: "connectFee",
    phrases:
      "connection,connect,setup,surcharge,surcharge per call,call surcharge,per call,ppc,fee per call,per call fee,per call charge,scatto alla risposta," +
      "establecimiento,flagfall,flag fall",
    patterns: [
      /\b(conn(ect|ection)?|(call )?set ?up|establishment|flag ?fall) ?(fee|charge|cost|price|rate)\b/,
      /\binitial (fee|charge)\b/,
      /^(frais de (connexion|mise en relation|mise en communication)|frais d etablissement)\b/,
      /^((cargo|cuota|coste|precio) (de |por )?)?establecimiento\b|^(taxa|tarifa) de (conexao|ligacao)\b/,
      /^(verbindungs|einwahl|einmal)(entgelt|gebuhr|preis|kosten)/,
    ],
  },
  {
    // Seconds where the header says so, which the steps below then take.
    field: "minimumCost",
    phrases: "rate minimum",
    patterns: [
      /^min(imum|imal)?( call| billing)? (charge|cost|price|fee|amount)s?( (per|a) call)?( (?!sec)[a-z]{3})?$/,
    ],
  },
  {
    field: "firstInterval",
    phrases:
      "i1,interval 1,increment 1,inc 1,n1,min,minimum,minimal,duration,min sec,min seconds,min s,initial,first," +
      "initblock,init block,buyrateinitblock,connect increment,min volume,init,1st int,int 1",
    patterns: [
      new RegExp(`\\b(first|initial|init|min(imum|imal)?|1st) (billing )?${STEP}\\b`),
      new RegExp(`^${STEP} (first|initial|init|min(imum)?|1st)$`),
    ],
  },
  {
    field: "nextInterval",
    phrases:
      "in,interval n,interval 2,increment 2,increment n,inc 2,n2,next,subsequent,step,incremental,additional," +
      "resolution,resolution time,billable unit,billable units,billable unit s,sub,2nd int,int 2,int n,billingblock,buyrateincrement," +
      "talk increment",
    patterns: [
      new RegExp(`\\b(sub(sequent)?|next|second|following|additional|2nd|succeeding) ?(billing )?${STEP}\\b`),
      new RegExp(`^${STEP} (sub(sequent)?|next|second|inc(rement)?|step|2nd)$`),
    ],
  },
  {
    field: "increments",
    phrases:
      "billing,granularity,decoupage,tarificacion,tasacion,taktung,takt,cadencia,cadence,тарификация,шаг,计费周期",
    patterns: [
      /\b(increments?|min inc|inc|intervals?|pulse|rounding|block)\b/,
      /\b(billing|charge|charging) (period|step|type|unit|cycle|pattern|rule|terms?|scheme|method|mode|interval)\b/,
    ],
  },
  {
    field: "indeterminateRate",
    patterns: [new RegExp(`^(ij|indeter\\w*)( ?(state|jurisdiction))?( ?${RATE})?${PER_MINUTE}$`)],
  },
  { field: "interRate", patterns: [new RegExp(`\\binter( ?state)?( ?${RATE})?${PER_MINUTE}$`)] },
  { field: "intraRate", patterns: [new RegExp(`\\bintra( ?state)?( ?${RATE})?${PER_MINUTE}$`)] },
  {
    field: "status",
    phrases:
      "status,change,changes,flag,action,type of change,indicator,movement,notice,estado,statut,cambio,anderung,lock type," +
      "锁定类型",
    patterns: [
      /\b(change|rate|price|code) (status|type|flag|indicator|action|change|code)$/,
      /\bincrease\b.*\bdecrease\b/,
      // "Action [A|D|U]"
      /^action( [a-z]{1,3}){1,6}$/,
    ],
  },
  {
    field: "currency",
    phrases: "currency,curr,ccy,cur,currency code,rate currency,moneda,devise,wahrung,valuta,moeda",
  },
  { field: "comment", phrases: "comment,comments,note,notes,remark,remarks,info,observations,observaciones,bemerkung" },
  {
    field: "destination",
    phrases:
      "destination,destinations,dest,zone,target pattern name,rate name,description,desc,name,breakout,region,area," +
      "location,operator,network,carrier,product,route,title,destination network,destination country,destino," +
      "destinazione,ziel,zielname,zielland,libelle,descripcion,descricao,nombre,descrizione,bezeichnung," +
      "направление,название,地区名称",
    patterns: [
      /\b(destination|dest|zone|prefix|code|pattern|region|area|breakout|route|location)s? (name|desc(ription)?)\b/,
      /\b(terminating|term|called) (destination|country|zone)\b/,
      /^destination (?!codes?\b|prefix|digits|numbers?\b)/,
    ],
  },
  {
    field: "countryCode",
    phrases:
      "country code,country codes,cc,country dial code,country prefix,country calling code,country dialing code," +
      "country dialling code,codigo pais",
  },
  {
    field: "areaCode",
    phrases:
      "area code,area codes,city code,city codes,area city code,ndc,national code,national codes," +
      "nxx,national destination code,sub code,local code,ac,area prefix,region code,region codes,codigo area",
  },
  { field: "country", phrases: "country,country name,pais,pays,land,paese" },
  {
    field: "code",
    phrases:
      "prefix,prefixes,code,codes,npa nxx,npanxx,npa nxx x,npanxxx,npa,dnis,digits,destination number,number,e164," +
      "e 164," +
      "pattern,dial string,b number,pref,pfx,lrn,match,range,dialcode,dialcodes,dialprefix,codigo,codigos," +
      "prefijo,prefijos,prefisso,prefissi,prefixe,prefixo,vorwahl,vorwahlen,indicatif,indicatifs,indicativo,rufnummer," +
      "код,коды,код направления,префикс,地区前缀",
    patterns: [/\b(dial(l?ing|l?ed)? ?(codes?|prefix(es)?|digits)|prefix(es)?|npa ?nxx|codes?)\b/],
  },
  {
    field: "rate",
    patterns: [
      new RegExp(`\\b(new|future|offer(ed)?|proposed) ?${RATE}\\b|\\b${RATE}s? (new|future)$`),
      new RegExp(`^(${RATE}s?|ppm|rateinitial)$`),
      /\bppm\b/,
      // Before what is in cents: a fee may be, too.
      /^(preis|tarif|tarifa|precio|prix|prezzo|tariffa|preco|valor)\b.*\bmin/,
      new RegExp(`\\b${RATE}s?\\b.*\\b(per )?(min(ute)?|sec(ond)?|m|s)\\b`),
      /\b(per|a|p) ?(minute|min|second|sec)\b/,
      /\b(cents?|cts?|pence)( ?(per|a|p)? ?(minute|min))?$/,
      new RegExp(`\\b[a-z]+ ?${RATE}s?\\b`),
      /^(usd|eur|gbp|us|euro?s?|chf|aud|cad|sek|nok|dkk|pln|jpy|inr) ?((per|a|p)? ?(min(ute)?|sec(ond)?))?$/,
      new RegExp(`\\b(${RATE}|amount)s?\\b`),
      /^(preis|tarif|tarifa|precio|prix|costo|coste|prezzo|tariffa|preco|valor|arbeitspreis|minutenpreis)\b/,
      /^(цена|тариф|стоимость|ставка|计费费率|费率$)/,
      new RegExp(`^${HOURS.source}$`),
    ],
  },
];

const MATCHERS = HEADERS.map(({ field, phrases, patterns = [] }) => ({
  field,
  phrases: new Set(phrases?.split(",")),
  patterns,
}));

/** "Rate ($/min)" → "rate min": lower case, no accents, marks as single spaces. */
export function normalHeader(text: string): string {
  return text
    .replaceAll("%", " percent ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Whether a header's column is known to say nothing about what a call costs. */
export const isIgnoredHeader = (text: string): boolean => fieldOf(normalHeader(text))?.field === "ignored";

const PRICE = "(rate|price|cost)s?";
const INTERVAL = "((billing )?(interval|inc(rement)?|period|block|step|unit|pulse)s? )?";
const MINUTE = "min(ute)?s?( (rate|price|charge|cost))?";
const AFTER = "(subsequent|following|additional|add l|addl|further)";
const FIRST_PRICE = new RegExp(
  `^((first|1st|initial) ${INTERVAL}${PRICE}|${PRICE} (first|1st|initial|1)|(first|1st|initial) ${MINUTE})${PER_MINUTE}$`,
);
/** "Next rate" alone may be a price to come, and "Second rate" that of another quality. */
const NEXT_PRICE = new RegExp(`^(next|second|2nd) ${INTERVAL}${PRICE}${PER_MINUTE}$|^${PRICE} next${PER_MINUTE}$`);
const SUBSEQUENT_PRICE = new RegExp(
  `^(${AFTER} ${INTERVAL}${PRICE}|${PRICE} (n|${AFTER})|(each )?(${AFTER}|next) ${MINUTE})${PER_MINUTE}$`,
);

/** What a header says besides the hours that it names: "Off-peak price 1" → "price 1". */
const anyHour = (text: string): string => normalHeader(text).replace(HOURS, "").trim();

/** Of a call's first interval, or its first minute: "Price 1", "Initial rate", "First min". */
export const namesFirstPrice = (text: string): boolean => FIRST_PRICE.test(anyHour(text));

/** Of what follows it: "Price N", "Subsequent rate", "Add'l min". `beside`: another column has the first price. */
export const namesNextPrice = (text: string, beside: boolean): boolean =>
  SUBSEQUENT_PRICE.test(anyHour(text)) || (beside && NEXT_PRICE.test(anyHour(text)));

/** Whether a header limits what it names to some hours: "Off-peak", "Weekend rate". */
export const namesHours = (text: string): boolean => HOURS.test(normalHeader(text));

/** What a header text means, and how well it says so (0 is best); undefined for a text no field knows. */
export function matchHeader(text: string): { readonly field: DeckField; readonly rank: number } | undefined {
  const match = fieldOf(normalHeader(text));
  return match === undefined || match.field === "ignored" ? undefined : { field: match.field, rank: match.rank };
}

function fieldOf(header: string): { readonly field: DeckField | "ignored"; readonly rank: number } | undefined {
  if (header === "" || header.length > 60) return undefined;
  for (const { field, phrases, patterns } of MATCHERS) {
    if (phrases.has(header)) return { field, rank: 0 };
    const found = patterns.findIndex((pattern) => pattern.test(header));
    if (found >= 0) return { field, rank: found + 1 };
  }
  return undefined;
}
