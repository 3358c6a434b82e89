import type { Call } from '../parse/tree.ts';
import { createSearch } from '../scalars/search.ts';
import { createAnalyzer } from '../scalars/text-analysis.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, physicalNames, quoteText, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, analyzeAs, constantText, signatureError } from './expressions.ts';
import { namedArguments } from './named-arguments.ts';
import { type Typed, typed } from './typed.ts';

const STRING = scalar('STRING');

/** The analyzer and its options, which must be known before the query runs. */
function readAnalyzer(call: Call, env: Env): { name: string; options: string } {
  const { analyzer, analyzer_options: options } = namedArguments(call, env, {
    analyzer: 'STRING',
    analyzer_options: 'STRING',
    ...(call.name === 'SEARCH' && { json_scope: 'STRING' as const }),
  });
  const constant = (value: Typed | undefined, what: string, fallback: string) => {
    const text = value ? constantText(value) : fallback;
    if (text === undefined) throw new SqlError(`${call.name}: ${what} must be a STRING literal or parameter`, call.at);
    return text;
  };
  return {
    name: constant(analyzer, 'analyzer', 'LOG_ANALYZER').toUpperCase(),
    options: constant(options, 'analyzer_options', ''),
  };
}

/** What the scalar functions will refuse for any row is refused now, with its place. */
function checked<T>(call: Call, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new SqlError(`${(error as Error).message}`, call.at);
  }
}

function misfit(call: Call, env: Env): SqlError {
  const args = call.args.map((arg) => analyze(arg, env));
  return signatureError(`function ${call.name}`, args, call.at);
}

export const SEARCH_CALLS: Record<string, (call: Call, env: Env) => Typed> = {
  TEXT_ANALYZE: (call, env) => {
    const [text, ...more] = call.args;
    if (!text || more.length > 0) throw misfit(call, env);
    const value = analyzeAs(text, STRING, env, 'TEXT_ANALYZE');
    const { name, options } = readAnalyzer(call, env);
    checked(call, () => createAnalyzer(name, options));
    return typed(`bq_text_analyze(${value.sql}, ${quoteText(JSON.stringify([name, options]))})`, arrayOf(STRING));
  },
  BAG_OF_WORDS: (call, env) => {
    const [document, ...more] = call.args;
    if (!document || more.length > 0) throw misfit(call, env);
    const value = analyzeAs(document, arrayOf(STRING), env, 'BAG_OF_WORDS');
    const fields = [
      { name: 'term', type: STRING },
      { name: 'count', type: scalar('INT64') },
    ];
    return typed(`bq_bag_of_words(${value.sql})`, arrayOf({ kind: 'STRUCT', fields }));
  },
  SEARCH: (call, env) => {
    const [data, query, ...more] = call.args;
    if (!data || !query || more.length > 0) throw misfit(call, env);
    const value = analyze(data, env);
    const wanted = analyzeAs(query, STRING, env, 'SEARCH query');
    const text = constantText(wanted);
    if (wanted.literal?.kind === 'null') throw new SqlError('SEARCH: the search query must not be NULL', query.at);
    if (text === undefined) throw unsupported('a search query that is no literal or parameter', query.at);
    const { name, options } = readAnalyzer(call, env);
    checked(call, () => createSearch(text, createAnalyzer(name, options)));
    const how = quoteText(JSON.stringify([text, name, options]));
    return typed(searchIn(value.sql, value.type, how, call.at) ?? 'false', scalar('BOOL'));
  },
};

/** One text that has all is enough; a NULL among the others leaves it open. Undefined where there is no text to look at. */
function searchIn(sql: string, type: SqlType, how: string, at: number): string | undefined {
  switch (type.kind) {
    case 'STRING':
      return `bq_search(${sql}, ${how})`;
    case 'JSON':
      throw unsupported('SEARCH in JSON', at);
    case 'ARRAY': {
      const one = searchIn('e', type.element, how, at);
      return one && `bq_any_true(list_transform(${sql}, lambda e: ${one}))`;
    }
    case 'STRUCT': {
      const names = physicalNames(type.fields);
      const parts = type.fields.flatMap(
        (field, i) => searchIn(`struct_extract(${sql}, ${quoteText(names[i] ?? '')})`, field.type, how, at) ?? [],
      );
      return parts.length > 0 ? `(${parts.join(' OR ')})` : undefined;
    }
    default:
      return undefined;
  }
}
