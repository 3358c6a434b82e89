// Runs inside the sandbox, before libraries and functions: what stands between GoogleSQL's values and JavaScript's. Its last
// value is `prepare`. It keeps the intrinsics that it needs, because the code that comes behind it may change them.
(() => {
  const { parse, stringify } = JSON;
  const { apply, construct, defineProperty } = Reflect;
  const isSame = Object.is;
  const { isArray } = Array;
  const { isFinite: isFiniteNumber, isInteger, isNaN: isNotANumber } = Number;
  const text = String;
  const big = BigInt;
  const NativeDate = Date;
  const getTime = NativeDate.prototype.getTime;
  const UNSUPPORTED = 'not supported by the embedded warehouse: ';
  const DAY_MS = 86400000;

  /** Kept, so that a function that catches the error does not go on without what it asked for. */
  let refused;
  function refuse(what) {
    refused = `${UNSUPPORTED}${what} in a JavaScript function`;
    throw new TypeError(refused);
  }

  // BigQuery's engine is V8, whose dates BigQuery runs in UTC, and which knows locales. This one takes the host's time zone and
  // compares and formats by no locale at all.
  const proto = NativeDate.prototype;
  for (const part of ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
    proto[`get${part}`] = proto[`getUTC${part}`];
    proto[`set${part}`] = proto[`setUTC${part}`];
  }
  proto.getDay = proto.getUTCDay;
  const toUTCString = proto.toUTCString;
  const isInvalid = (date) => isNotANumber(apply(getTime, date, []));
  /** `Wed, 01 Jan 2020 05:00:00 GMT` in the order of toString. */
  function split(date) {
    const [, week, day, month, year, clock] = /^(\w+), (\d+) (\w+) (-?\d+) ([\d:]+)/.exec(apply(toUTCString, date, []));
    return [`${week} ${month} ${day} ${year}`, `${clock} GMT+0000 (Coordinated Universal Time)`];
  }
  const NAMES = {
    getTimezoneOffset: (date) => (isInvalid(date) ? NaN : 0),
    toString: (date) => (isInvalid(date) ? 'Invalid Date' : split(date).join(' ')),
    toDateString: (date) => (isInvalid(date) ? 'Invalid Date' : split(date)[0]),
    toTimeString: (date) => (isInvalid(date) ? 'Invalid Date' : split(date)[1]),
    setYear: () => refuse('Date.prototype.setYear'),
    getYear: () => refuse('Date.prototype.getYear'),
  };
  for (const name of Object.keys(NAMES))
    proto[name] = function () {
      return NAMES[name](this);
    };

  const nativeParse = NativeDate.parse;
  const isDay = (year, month, day) =>
    month >= 1 && month <= 12 && day >= 1 && day <= new NativeDate(NativeDate.UTC(year, month, 0)).getUTCDate();
  /** The formats that mean one thing in every engine; what else V8 reads is not known here. */
  function parseDate(value) {
    const written = text(value);
    const [, year, month = '01', day = '01', clock, fraction = '', zone] =
      /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ]([01]\d:[0-5]\d|2[0-3]:[0-5]\d)((?::[0-5]\d(?:\.\d+)?)?)(Z| ?UTC|[+-]\d\d:\d\d)?)?)?)?$/.exec(
        written,
      ) ?? [];
    // Date.UTC takes years below 100 for 19xx.
    if (+year >= 100 && isDay(+year, +month, +day)) {
      if (clock === undefined) return NativeDate.UTC(+year, +month - 1, +day);
      const offset = zone === undefined || zone.endsWith('UTC') ? 'Z' : zone;
      return nativeParse(`${year}-${month}-${day}T${clock}${fraction.slice(0, 7)}${offset}`);
    }
    if (/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(written)) return nativeParse(written);
    return refuse('a date in another format than YYYY-MM-DD HH:MM:SS');
  }
  NativeDate.parse = parseDate;
  globalThis.Date = new Proxy(NativeDate, {
    apply: () => new NativeDate().toString(),
    construct(target, args, newTarget) {
      if (args.length === 0) return construct(target, args, newTarget);
      if (args.length > 1) return construct(target, [apply(NativeDate.UTC, undefined, args)], newTarget);
      const [value] = args;
      const primitive =
        value instanceof NativeDate
          ? apply(getTime, value, [])
          : typeof value === 'object' && value !== null
            ? value.valueOf()
            : value;
      return construct(target, [typeof primitive === 'string' ? parseDate(primitive) : primitive], newTarget);
    },
  });
  proto.constructor = globalThis.Date;

  for (const [of, names] of [
    [proto, ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']],
    [Number.prototype, ['toLocaleString']],
    [BigInt.prototype, ['toLocaleString']],
    [Array.prototype, ['toLocaleString']],
    [Object.getPrototypeOf(Uint8Array.prototype), ['toLocaleString']],
    [String.prototype, ['localeCompare']],
  ])
    for (const name of names) of[name] = () => refuse(name);
  for (const name of ['toLocaleUpperCase', 'toLocaleLowerCase']) {
    const plain = String.prototype[name.replace('Locale', '')];
    String.prototype[name] = function (locale) {
      return locale === undefined ? apply(plain, this, []) : refuse(`${name} of a locale`);
    };
  }
  for (const name of ['Intl', 'WebAssembly', 'structuredClone', 'console'])
    defineProperty(globalThis, name, { get: () => refuse(name), configurable: true });

  /** Microseconds behind the millisecond, which a Date cannot hold. */
  const rests = new WeakMap();

  function decode(type, value) {
    if (value === null) return null;
    switch (type.kind) {
      case 'ARRAY': {
        const items = [];
        for (let i = 0; i < value.length; i++) items[i] = decode(type.element, value[i]);
        return items;
      }
      case 'STRUCT': {
        const object = {};
        for (let i = 0; i < type.fields.length; i++)
          defineProperty(object, type.fields[i].name, {
            value: decode(type.fields[i].type, value[i]),
            enumerable: true,
            writable: true,
            configurable: true,
          });
        return object;
      }
      case 'FLOAT64':
        return +value;
      case 'JSON':
        return parse(value);
      case 'DATE':
        return new NativeDate(value * DAY_MS);
      case 'TIMESTAMP': {
        const date = new NativeDate(value[0]);
        rests.set(date, value[1]);
        defineProperty(date, 'microsecond', { get: () => refuse('the microsecond field of a TIMESTAMP') });
        return date;
      }
    }
    return value;
  }

  class Unfit extends Error {}
  function unfit(value, type, why) {
    const shown = typeof value === 'string' ? stringify(value) : text(value);
    return new Unfit(
      `Failed to coerce output value ${shown} to type ${type.kind}${why === undefined ? '' : `: ${why}`}`,
    );
  }

  function timeOf(value, type) {
    if (!(value instanceof NativeDate)) throw unfit(value, type);
    const time = apply(getTime, value, []);
    if (isNotANumber(time)) throw unfit(value, type);
    return time;
  }

  /** Text, or null; of arrays a list, of structs a list of their fields. */
  function encode(type, value) {
    if (value === null || value === undefined) return null;
    switch (type.kind) {
      case 'ARRAY': {
        if (!isArray(value)) throw unfit(value, type);
        const items = [];
        for (let i = 0; i < value.length; i++) items[i] = encode(type.element, value[i]);
        return items;
      }
      case 'STRUCT': {
        if (typeof value !== 'object' || isArray(value)) throw unfit(value, type);
        const fields = {};
        for (let i = 0; i < type.fields.length; i++)
          fields[`f${i + 1}`] = encode(type.fields[i].type, value[type.fields[i].name]);
        return fields;
      }
      case 'BOOL':
        if (typeof value !== 'boolean') throw unfit(value, type);
        return text(value);
      case 'INT64': {
        const whole =
          typeof value === 'bigint' || isInteger(value)
            ? big(value)
            : typeof value === 'string' && /^[+-]?\d+$/.test(value)
              ? big(value.replace('+', ''))
              : undefined;
        if (whole === undefined || big.asIntN(64, whole) !== whole)
          throw unfit(value, type, `Bad int64 value: ${text(value)}`);
        return text(whole);
      }
      case 'FLOAT64':
        if (typeof value !== 'number') throw unfit(value, type);
        return isSame(value, -0) ? '-0' : text(value);
      case 'NUMERIC':
      case 'BIGNUMERIC':
        if (typeof value !== 'string' && !isFiniteNumber(value)) throw unfit(value, type);
        return text(value);
      case 'BYTES':
        if (typeof value !== 'string' || !/^(?:[\w+/-]{4})*(?:[\w+/-]{2}==|[\w+/-]{3}=)?$/.test(value))
          throw unfit(value, type);
        return value.replace(/-/g, '+').replace(/_/g, '/');
      case 'STRING':
        return text(value).toWellFormed();
      case 'JSON':
        return stringify(value) ?? null;
      case 'DATE':
        return text(Math.floor(timeOf(value, type) / DAY_MS));
      case 'TIMESTAMP': {
        const time = timeOf(value, type);
        if (rests.get(value)) refuse('a TIMESTAMP with microseconds as a result');
        return `${text(time)}000`;
      }
    }
    throw unfit(value, type);
  }

  /** What a function threw, for the message that BigQuery ends with where it did. */
  function thrown(error) {
    if (refused !== undefined) return { message: refused };
    if (error instanceof Unfit) return { message: error.message };
    if (!(error instanceof Error)) return { message: text(error), where: '' };
    return { message: `${error.name}: ${error.message}`, where: text(error.stack ?? '') };
  }

  /** Calls `of` for each of the rows; `results` is read once promises have settled. */
  return (of, parametersJson, resultJson) => {
    const parameters = parse(parametersJson);
    const result = parse(resultJson);
    const isNested = result.kind === 'ARRAY' || result.kind === 'STRUCT';
    let results = [];
    let failure;
    const settle = (row, value) => {
      const encoded = encode(result, value);
      results[row] = isNested && encoded !== null ? stringify(encoded) : encoded;
    };
    const fail = (error) => {
      failure ??= thrown(error);
    };
    return {
      run(rowsJson) {
        results = [];
        const rows = parse(rowsJson);
        for (let row = 0; row < rows.length && failure === undefined; row++) {
          try {
            const args = [];
            for (let i = 0; i < parameters.length; i++) args[i] = decode(parameters[i], rows[row][i]);
            const value = apply(of, undefined, args);
            if (refused !== undefined) fail();
            else if (value instanceof Promise) {
              results[row] = undefined;
              value.then((settled) => settle(row, settled)).catch(fail);
            } else settle(row, value);
          } catch (error) {
            fail(error);
          }
        }
      },
      results() {
        if (refused !== undefined) fail();
        for (let row = 0; row < results.length && failure === undefined; row++)
          if (results[row] === undefined) failure = { message: `${UNSUPPORTED}a Promise that never settles` };
        return stringify(failure ?? results);
      },
    };
  };
})();
