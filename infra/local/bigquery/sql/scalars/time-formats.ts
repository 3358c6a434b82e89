import { compileParse } from '../times/read-format.ts';
import type { TimeKind } from '../times/time-model.ts';
import { compileFormat } from '../times/write-format.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

/** The format of the row before is most often the row's own. */
function remembering<T>(compile: (format: string, kind: TimeKind) => T): (format: string, kind: string) => T {
  let last: { format: string; kind: string; made: T } | undefined;
  return (format, kind) => {
    if (last?.format !== format || last.kind !== kind) last = { format, kind, made: compile(format, kind as TimeKind) };
    return last.made;
  };
}

const written = remembering(compileFormat);
const read = remembering(compileParse);

export const TIME_FORMAT_SCALARS: readonly ScalarFunction[] = [
  /** Microseconds on the value's own clock, its offset from UTC in minutes, the type, the format. */
  defineScalar('bq_format_time', ['integer', 'integer', 'text', 'text'], 'text', (micros, offset, kind, format) =>
    written(format, kind)(micros, Number(offset)),
  ),
  /** The text, the type, the format → microseconds on the clock that the text shows. */
  defineScalar(
    'bq_parse_time',
    ['text', 'text', 'text'],
    'integer',
    (text, kind, format) => read(format, kind)(text).micros,
  ),
  /** The text, the format, the zone of texts without one → microseconds, a space, the zone on whose clock. */
  defineScalar('bq_parse_zoned', ['text', 'text', 'text'], 'text', (text, format, zone) => {
    const found = read(format, 'TIMESTAMP')(text);
    return `${found.micros} ${found.zone ?? zone}`;
  }),
];
