import { ApiError } from '../../api-error.ts';
import { textOf } from '../values/value-text.ts';
import type { PrimitiveTransformation } from '../wire/deidentification.ts';
import { type Primitive, perText, type Workshop } from './primitive.ts';

export function planReplace(config: NonNullable<PrimitiveTransformation['replaceConfig']>): Primitive {
  const value = config.newValue;
  const text = value ? textOf(value) : undefined;
  if (!value || text === undefined) {
    throw new ApiError('INVALID_ARGUMENT', 'replace_config.new_value must hold a value');
  }
  // A cell takes the new value with its type; a finding is part of a text and takes its text.
  return {
    apply: ({ texts, cells }) => texts.map(() => (cells && value.stringValue === undefined ? { ...value } : text)),
  };
}

/** Removes the value. A redacted cell is the empty string, so that its column stays one of strings. */
export function planRedact(): Primitive {
  return { simpleRedaction: true, apply: perText(() => '') };
}

export function planReplaceWithInfoType(workshop: Workshop): Primitive {
  if (workshop.target === 'cell') {
    throw new ApiError(
      'INVALID_ARGUMENT',
      'replace_with_info_type_config needs an infoType: use it in info_type_transformations, or replace_config for whole fields',
    );
  }
  return {
    simpleRedaction: true,
    apply: ({ texts, infoTypes }) => texts.map((_, index) => `[${infoTypes?.[index] ?? ''}]`),
  };
}

export function planReplaceDictionary(
  config: NonNullable<PrimitiveTransformation['replaceDictionaryConfig']>,
  workshop: Workshop,
): Primitive {
  const words = config.wordList?.words ?? [];
  if (words.length === 0) {
    throw new ApiError('INVALID_ARGUMENT', 'replace_dictionary_config.word_list.words must hold at least one word');
  }
  return {
    apply({ texts }) {
      const random = workshop.random(texts.length * 4);
      return texts.map((_, index) => words[random.readUInt32BE(index * 4) % words.length]);
    },
  };
}
