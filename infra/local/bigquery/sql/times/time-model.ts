export type TimeKind = 'DATE' | 'DATETIME' | 'TIME' | 'TIMESTAMP';

/**
 * The models of `CAST … FORMAT` for dates and times.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_date_time_as_string
 */
export interface Token {
  /** An element in capitals, `FF` for all of that kind, or undefined where `text` stands for itself. */
  element: string | undefined;
  /** As it is written; of a quoted text what stands within the quotes. */
  text: string;
}

type Category = 'YEAR' | 'MONTH' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND' | 'MERIDIAN_INDICATOR' | 'TIME_ZONE';

const CATEGORIES: Record<Category, readonly string[]> = {
  YEAR: ['YYYY', 'YYY', 'YY', 'Y', 'RRRR', 'RR', 'Y,YYY'],
  MONTH: ['MM', 'MON', 'MONTH'],
  DAY: ['DD', 'DDD', 'D', 'DAY', 'DY'],
  HOUR: ['HH', 'HH12', 'HH24'],
  MINUTE: ['MI'],
  SECOND: ['SS', 'SSSSS', 'FF'],
  MERIDIAN_INDICATOR: ['AM', 'PM', 'A.M.', 'P.M.'],
  TIME_ZONE: ['TZH', 'TZM'],
};
const CATEGORY = new Map(
  Object.entries(CATEGORIES).flatMap(([name, elements]) => elements.map((one) => [one, name as Category] as const)),
);
const ABSENT: Record<TimeKind, readonly Category[]> = {
  DATE: ['HOUR', 'MINUTE', 'SECOND', 'MERIDIAN_INDICATOR', 'TIME_ZONE'],
  TIME: ['YEAR', 'MONTH', 'DAY', 'TIME_ZONE'],
  DATETIME: ['TIME_ZONE'],
  TIMESTAMP: [],
};

const ELEMENT =
  /SSSSS|Y,YYY|YYYY|RRRR|YYY|MONTH|MON|HH24|HH12|DDD|DAY|[AP]\.M\.|TZH|TZM|FF[1-9]|YY|RR|MM|DD|DY|HH|MI|SS|[AP]M|Y|D/iy;
const LITERAL = /[-./,';:]| +|"((?:[^"\\]|\\["\\])*)"/y;

/** Longest elements first, as Google reads them. Throws an error in its words. */
export function readTimeModel(model: string): Token[] {
  const tokens: Token[] = [];
  for (let place = 0; place < model.length; ) {
    ELEMENT.lastIndex = LITERAL.lastIndex = place;
    const element = ELEMENT.exec(model)?.[0];
    const literal = element === undefined ? LITERAL.exec(model) : undefined;
    const text = element ?? literal?.[0];
    if (text === undefined) throw new Error(`Cannot find matched format element at ${place} of "${model}"`);
    const quoted = literal?.[1]?.replace(/\\(["\\])/g, '$1');
    tokens.push({ element: element?.toUpperCase().replace(/^FF\d$/, 'FF'), text: quoted ?? text });
    place += text.length;
  }
  return tokens;
}

const named = ({ element, text }: Token) => `'${element === 'FF' ? text.toUpperCase() : element}'`;

/** What a value of the kind has no part for is no element of its models. */
export function checkWritten(tokens: readonly Token[], kind: TimeKind): void {
  for (const token of tokens) {
    const category = token.element === undefined ? undefined : CATEGORY.get(token.element);
    if (category && ABSENT[kind].includes(category)) throw new Error(`${kind} does not support ${named(token)}`);
    if (token.element === 'Y,YYY') throw new Error(`Format element ${named(token)} is not supported for formatting`);
  }
}

const NOT_READ = new Set(['DDD', 'D', 'DAY', 'DY', 'AM', 'PM']);

/** The rules that Google states for models by which a text is read. */
export function checkRead(tokens: readonly Token[], kind: TimeKind): void {
  const elements = tokens.filter((token) => token.element !== undefined);
  const found = new Map<Category, Token[]>();
  const seen = new Set<string>();
  for (const token of elements) {
    const element = token.element ?? '';
    if (NOT_READ.has(element)) throw new Error(`Format element ${named(token)} is not supported for parsing`);
    if (seen.has(element))
      throw new Error(`Format element ${named(token)} appears more than once in the format string`);
    seen.add(element);
    const category = CATEGORY.get(element) as Category;
    found.set(category, [...(found.get(category) ?? []), token]);
  }
  for (const category of ABSENT[kind]) {
    const [first] = found.get(category) ?? [];
    if (first)
      throw new Error(
        `Format element in category ${category} (${named(first)}) is not allowed for output type ${kind}`,
      );
  }
  for (const category of ['MERIDIAN_INDICATOR', 'YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE'] as const) {
    const [a, b] = found.get(category) ?? [];
    if (a && b)
      throw new Error(`More than one format element in category ${category} exist: ${named(a)} and ${named(b)}`);
  }
  const excludes = (element: string, others: readonly (Token | undefined)[], category?: Category) => {
    const other = others.find((one) => one !== undefined);
    if (!seen.has(element) || !other) return;
    throw new Error(
      category
        ? `Format element in category ${category} (${named(other)}) and format element '${element}' cannot exist simultaneously`
        : `Format elements '${element}' and ${named(other)} cannot exist simultaneously`,
    );
  };
  const [meridian, hour, minute] = (['MERIDIAN_INDICATOR', 'HOUR', 'MINUTE'] as const).map(
    (one) => found.get(one)?.[0],
  );
  excludes('HH24', [meridian], 'MERIDIAN_INDICATOR');
  if (hour && hour.element !== 'HH24' && !meridian)
    throw new Error(
      `Format element in category MERIDIAN_INDICATOR is required when format element ${named(hour)} exists`,
    );
  if (meridian && !hour)
    throw new Error(
      `Format element of type HH/HH12 is required when format element in category MERIDIAN_INDICATOR (${named(meridian)}) exists`,
    );
  excludes('SSSSS', [hour], 'HOUR');
  excludes('SSSSS', [minute], 'MINUTE');
  excludes(
    'SSSSS',
    elements.filter(({ element }) => element === 'SS'),
  );
}
