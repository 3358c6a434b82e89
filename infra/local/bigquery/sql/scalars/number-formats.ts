import { BIGNUMERIC, NUMERIC } from '../decimals/decimal.ts';
import { type NumberModel, ofDecimal, ofDouble, readNumberModel, writeNumber } from '../decimals/number-model.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

let remembered: { text: string; model: NumberModel } | undefined;
/** The model of the row before is most often the row's own. */
function modelOf(text: string): NumberModel {
  if (remembered?.text !== text) remembered = { text, model: readNumberModel(text) };
  return remembered.model;
}

export const NUMBER_FORMAT_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_model_int64', ['integer', 'text'], 'text', (value, text) =>
    writeNumber(modelOf(text), ofDecimal(value, { ...NUMERIC, scale: 0 })),
  ),
  defineScalar('bq_model_numeric', ['numeric', 'text'], 'text', (value, text) =>
    writeNumber(modelOf(text), ofDecimal(value, NUMERIC)),
  ),
  defineScalar('bq_model_bignumeric', ['bignumeric', 'text'], 'text', (value, text) =>
    writeNumber(modelOf(text), ofDecimal(value, BIGNUMERIC)),
  ),
  defineScalar('bq_model_float64', ['float', 'text'], 'text', (value, text) =>
    writeNumber(modelOf(text), ofDouble(value)),
  ),
];
