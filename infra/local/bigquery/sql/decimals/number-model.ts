import { type DecimalType, magnitude, NUMERIC, powerOfTen, unitsOfDouble } from './decimal.ts';
import { exponentText, fixed, type Real, realOfDouble, scientificDigits } from './digits.ts';

/** `CAST(number AS STRING FORMAT model)`. Source: cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_numeric_type_as_string */
export interface NumberModel {
  /** `0`, `9` and `,` before the point; of a hexadecimal model `X` and `x`. */
  whole: string[];
  /** Where zeros begin to be written, counted in `whole`; -1 for nowhere. */
  firstZero: number;
  /** `V` writes no point. */
  point: '' | '.' | 'V';
  places: number;
  exponent: '' | 'E' | 'e';
  sign: '' | 'S' | 'MI' | 'PR';
  isSignFirst: boolean;
  currency: string;
  isCompact: boolean;
  isBlankZero: boolean;
  kind: 'decimal' | 'hexadecimal' | 'roman';
}

const fault = (text: string) => new Error(`Error in format string: ${text}`);
const ELEMENT = /FM|MI|PR|RN|EEEE|TM[9E]?|[$0-9XDGSBVCL.,]/iy;
const CURRENCIES: Record<string, string> = { $: '$', L: '$', l: '$', C: 'USD', c: 'usd' };
const DECIMAL = /^(S?)([09,]*)(?:([.V])([09]*))?(E?)(S|MI|PR|)$/;
const HEXADECIMAL = /^(S?)([0X]*X[0X]*)(S|MI|PR|)$/;

function elementsOf(text: string): string[] {
  const elements: string[] = [];
  for (let place = 0; place < text.length; ) {
    ELEMENT.lastIndex = place;
    const element = ELEMENT.exec(text)?.[0];
    if (element === undefined || /^[1-8]$/.test(element)) throw fault(`Invalid format element '${text[place]}'`);
    elements.push(element);
    place += element.length;
  }
  return elements;
}

/** Throws an error in BigQuery's words for what is no model. */
export function readNumberModel(text: string): NumberModel {
  const elements = elementsOf(text);
  const those = (pattern: RegExp) => elements.filter((element) => pattern.test(element));
  const currency = those(/^[$CL]$/i);
  const [compact, blank] = [those(/^FM$/i), those(/^B$/i)];
  if (compact.length > 1) throw fault("'FM' cannot be repeated");
  if (currency.length > 1) throw fault("There can be at most one of '$', 'C' or 'L'");
  if (blank.length > 1) throw fault("There can be at most one 'B'");
  const rest = elements.filter((element) => !/^(FM|B|[$CL])$/i.test(element));
  const written = rest.map(canonical).join('');
  const common = {
    currency: CURRENCIES[currency[0] ?? ''] ?? '',
    isCompact: compact.length > 0,
    isBlankZero: blank.length > 0,
    point: '' as const,
    exponent: '' as const,
    sign: '' as const,
    isSignFirst: false,
    firstZero: -1,
    whole: [],
    places: 0,
  };
  if (/TM/.test(written)) throw new Error("not supported by the embedded warehouse: the format element 'TM'");
  if (/RN/.test(written)) {
    if (!rest.includes('RN')) throw new Error("not supported by the embedded warehouse: the format element 'rn'");
    if (rest.length > 1 || common.currency !== '' || common.isBlankZero)
      throw fault("'RN' cannot appear together with other format elements");
    return { ...common, kind: 'roman' };
  }
  if (/X/.test(written)) return readHexadecimal(rest, written, common);
  const parts = DECIMAL.exec(written);
  if (!parts || written.startsWith(',')) throw fault(describe(written));
  const [, first = '', whole = '', point = '', decimals = '', exponent = '', last = ''] = parts;
  if (first !== '' && last !== '') throw fault("There can be at most one of 'S', 'MI', or 'PR'");
  if (!/[09]/.test(whole + decimals)) throw fault("Format string must contain at least one of 'X', '0' or '9'");
  if (exponent !== '' && whole.includes(',')) throw fault("',' or 'G' cannot appear together with 'EEEE'");
  if (exponent !== '' && point === 'V') throw fault("'V' cannot appear together with 'EEEE'");
  const eeee = rest.find((element) => /^EEEE$/i.test(element)) ?? '';
  const digits = [...whole];
  // In scientific notation one digit stands before the point, the last of those that are written.
  const kept = exponent === '' ? digits : digits.slice(-1);
  const zero = (whole + point + decimals).indexOf('0');
  return {
    ...common,
    kind: 'decimal',
    whole: kept,
    firstZero: zero < 0 || zero >= whole.length ? -1 : zero,
    point: point as NumberModel['point'],
    places: decimals.length,
    exponent: (eeee[0] ?? '') as NumberModel['exponent'],
    sign: (first || last) as NumberModel['sign'],
    isSignFirst: first !== '',
  };
}

/** One letter of one case for what means the same. */
function canonical(element: string): string {
  const upper = element.toUpperCase();
  return upper === 'D' ? '.' : upper === 'G' ? ',' : upper === 'EEEE' ? 'E' : upper;
}

function describe(written: string): string {
  if (/[.V].*[.V]/.test(written)) return "There can be at most one of '.', 'D', or 'V'";
  if (/[.V].*,/.test(written)) return "',' or 'G' cannot appear after '.', 'D' or 'V'";
  const sign = /(MI|PR|S)./.exec(written.slice(1))?.[1];
  if (sign === 'S') return "'S' can only appear before or after all digits and 'EEEE'";
  if (sign ?? /^(MI|PR)/.exec(written)?.[1]) return "'MI' and 'PR' can only appear after all digits and 'EEEE'";
  return `Unexpected '${written[0] ?? ''}'`;
}

function readHexadecimal(rest: string[], written: string, common: Omit<NumberModel, 'kind'>): NumberModel {
  const [match, first = '', digits = '', last = ''] = HEXADECIMAL.exec(written) ?? [];
  if (match === undefined || common.currency !== '' || common.isBlankZero)
    throw fault("'X' cannot appear together with other format elements than '0', 'FM' and signs");
  if (first !== '' && last !== '') throw fault("There can be at most one of 'S', 'MI', or 'PR'");
  if (digits.length > 16) throw fault("Max number of 'X' is 16");
  const own = rest.filter((element) => /^[0X]$/i.test(element));
  // A zero is written in the case of the X behind it.
  const whole = own.map((element, i) => (element === '0' ? (own.slice(i).find((one) => one !== '0') ?? 'X') : element));
  return {
    ...common,
    kind: 'hexadecimal',
    whole,
    firstZero: own.indexOf('0'),
    sign: (first || last) as NumberModel['sign'],
    isSignFirst: first !== '',
  };
}

/** A number as the models see it. `real` is undefined for infinities and NaN. */
export interface Subject {
  negative: boolean;
  real: Real | undefined;
  isNan: boolean;
  /** The nearest whole number of the magnitude, halves away from zero. */
  whole: bigint;
}

const trimmed = (model: NumberModel, text: string) => (model.isCompact ? text.trim() : text);

function signsOf(model: NumberModel, negative: boolean, isBlank: boolean): [before: string, behind: string] {
  const pick = (minus: string, plus: string) => (isBlank ? ' ' : negative ? minus : plus);
  switch (model.sign) {
    case 'S':
      return model.isSignFirst ? [pick('-', '+'), ''] : ['', pick('-', '+')];
    case 'MI':
      return ['', pick('-', ' ')];
    case 'PR':
      return [pick('<', ' '), pick('>', ' ')];
    default:
      return [pick('-', ' '), ''];
  }
}

export function writeNumber(model: NumberModel, subject: Subject): string {
  if (model.kind === 'roman') return trimmed(model, roman(subject));
  if (model.kind === 'hexadecimal') return trimmed(model, hexadecimal(model, subject));
  if (!subject.real) return trimmed(model, endless(model, subject));
  return trimmed(model, decimal(model, subject.real, subject.negative));
}

function decimal(model: NumberModel, real: Real, negative: boolean): string {
  const scientific = model.exponent === '' ? undefined : scientificDigits(real, model.places);
  const [head = '', tail = ''] = (scientific?.digits ?? fixed(real, model.places)).split('.');
  const whole = head === '0' ? '' : head;
  const decimals = model.isCompact ? tail.replace(/0+$/, '') : tail;
  const room = model.whole.filter((element) => element !== ',').length;
  const isFull = whole.length > room;
  const isBlank = model.isBlankZero && whole === '';
  let fraction = model.point === '.' ? (isBlank ? ' ' : '.') : '';
  fraction += isFull ? '#'.repeat(model.places) : isBlank ? decimals.replace(/./g, ' ') : decimals;
  if (scientific) {
    const exponent = model.exponent + exponentText(scientific.exponent);
    fraction += isFull ? '####' : isBlank ? '    ' : exponent;
  }
  const isWritten = whole !== '' || scientific !== undefined || model.firstZero >= 0 || decimals === '';
  const integer = room > 0 && isWritten ? wholePart(model, whole || '0', isFull, isBlank) : '';
  const padding = ' '.repeat(model.whole.length - integer.length);
  const currency = isBlank ? model.currency.replace(/./g, ' ') : model.currency;
  // Google's page says that a zero has no sign, its code writes a plus.
  if (model.sign === 'S' && !isBlank && real.above === 0n)
    throw new Error("not supported by the embedded warehouse: the format element 'S' of zero");
  const [before, behind] = signsOf(model, negative, isBlank);
  return padding + before + currency + integer + fraction + behind;
}

/** Digits from the right into the model's places; what is left of them is empty, or zeros from the first `0` on. */
function wholePart(model: NumberModel, digits: string, isFull: boolean, isBlank: boolean): string {
  let text = '';
  let next = digits.length - 1;
  for (let i = model.whole.length - 1; i >= 0; i--) {
    if (next < 0 && (model.firstZero < 0 || i < model.firstZero)) break;
    if (model.whole[i] === ',') text = (isBlank ? ' ' : ',') + text;
    else {
      text = (isFull ? '#' : isBlank ? ' ' : (digits[next] ?? '0')) + text;
      next -= 1;
    }
  }
  return text;
}

function endless(model: NumberModel, { negative, isNan }: Subject): string {
  const word = isNan ? 'NAN' : 'INF';
  const [before, behind] = signsOf(model, negative, false).map((sign) => (isNan ? ' '.repeat(sign.length) : sign));
  const room = model.whole.length;
  const scientific = model.exponent !== '';
  const fits = scientific || room >= word.length;
  const point = model.point === '.' ? (fits ? ' ' : '.') : '';
  const body = fits ? word : model.whole.map((element) => (element === ',' ? ',' : '#')).join('');
  const places = scientific ? '' : point + (fits ? ' ' : '#').repeat(model.places);
  const fraction = model.isCompact ? places.trim() : places;
  // The exponent's four places hold the word and one of the padding.
  const width = scientific ? room + (model.point === '.' ? 1 : 0) + model.places + 1 : Math.max(room - word.length, 0);
  return ' '.repeat(width) + before + model.currency + body + fraction + behind;
}

function hexadecimal(model: NumberModel, { real, negative, whole }: Subject): string {
  const isFull = !real || whole >= 1n << 64n || whole.toString(16).length > model.whole.length;
  const digits = whole.toString(16);
  const text = isFull
    ? '#'.repeat(model.whole.length)
    : model.whole
        .map((element, i) => {
          const digit = digits[digits.length - model.whole.length + i];
          if (digit !== undefined) return element === 'X' ? digit.toUpperCase() : digit;
          return model.firstZero >= 0 && i >= model.firstZero ? '0' : '';
        })
        .join('');
  const [before, behind] = signsOf(model, negative, false);
  return ' '.repeat(model.whole.length - text.length) + before + text + behind;
}

const ROMANS: readonly [number, string][] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
];

function roman({ real, negative, whole }: Subject): string {
  if (!real || negative || whole < 1n || whole > 3999n)
    throw new Error("The input of the format element 'RN' must be between 1 and 3999");
  let left = Number(whole);
  let text = '';
  for (const [value, letters] of ROMANS)
    while (left >= value) {
      text += letters;
      left -= value;
    }
  return text.padStart(15);
}

export function ofDecimal(units: bigint, type: DecimalType): Subject {
  const below = powerOfTen(type.scale);
  const above = magnitude(units);
  return {
    negative: units < 0n,
    real: { above, below, rounding: 'away' },
    isNan: false,
    whole: (2n * above + below) / (2n * below),
  };
}

export function ofDouble(value: number): Subject {
  const hasDigits = Number.isFinite(value);
  return {
    negative: value < 0,
    real: hasDigits ? realOfDouble(value) : undefined,
    isNan: Number.isNaN(value),
    whole: hasDigits ? magnitude(unitsOfDouble(value, { ...NUMERIC, scale: 0 })) : 0n,
  };
}
