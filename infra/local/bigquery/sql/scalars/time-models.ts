import { readTime } from '../times/read-time.ts';
import { checkRead, checkWritten, readTimeModel, type TimeKind, type Token } from '../times/time-model.ts';
import { writeTime } from '../times/write-time.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

type Check = (tokens: readonly Token[], kind: TimeKind) => void;

/** The model of the row before is most often the row's own. */
function remembering(check: Check): (model: string, kind: string) => readonly Token[] {
  let last: { model: string; kind: string; tokens: Token[] } | undefined;
  return (model, kind) => {
    if (last?.model !== model || last.kind !== kind) {
      const tokens = readTimeModel(model);
      check(tokens, kind as TimeKind);
      last = { model, kind, tokens };
    }
    return last.tokens;
  };
}

const written = remembering(checkWritten);
const read = remembering(checkRead);

export const TIME_MODEL_SCALARS: readonly ScalarFunction[] = [
  /** Microseconds on the value's own clock, its offset from UTC in minutes, the type, the model. */
  defineScalar('bq_write_time', ['integer', 'integer', 'text', 'text'], 'text', (micros, offset, kind, model) =>
    writeTime(written(model, kind), micros, Number(offset)),
  ),
  /** The text, the type, the model, and the year and month of now. */
  defineScalar(
    'bq_read_time',
    ['text', 'text', 'text', 'integer', 'integer'],
    'text',
    (text, kind, model, year, month) => readTime(read(model, kind), text, { year: Number(year), month: Number(month) }),
  ),
];
