import { isWord, type Token } from './tokens.ts';

/** Called with or without brackets. */
const CLOCKS = ['CURRENT_DATE', 'CURRENT_DATETIME', 'CURRENT_TIME', 'CURRENT_TIMESTAMP'];

/** Called with brackets only, so that a column may have the name. */
const FUNCTIONS = ['RAND', 'GENERATE_UUID', 'SESSION_USER', 'EXTERNAL_QUERY'];

/** BigQuery's own functions with a dot; any other dotted call is a routine that Sluice does not own. */
const NAMESPACES = ['SAFE', 'NET', 'HLL_COUNT', 'KLL_QUANTILES', 'KEYS', 'AEAD', 'ML', 'AI'];
const RANDOM = ['AEAD.ENCRYPT', 'KEYS.NEW_KEYSET', 'KEYS.NEW_WRAPPED_KEYSET', 'AI.GENERATE'];

/** Names in a query by which its result may differ though its inputs are the same; sorted. */
export function findVolatile(tokens: readonly Token[]): string[] {
  const found = new Set<string>();
  tokens.forEach((token, at) => {
    const word = token.text.toUpperCase();
    const before = tokens[at - 1];
    const dotted = isWord(before, '.');
    if (CLOCKS.includes(word) && !isWord(before, 'AS') && !(dotted && !isWord(tokens[at - 2], 'SAFE'))) found.add(word);
    if (word === 'TABLESAMPLE') found.add(word);
    if (!isWord(tokens[at + 1], '(') || !isName(token)) return;
    // A dot behind a bracket is a chained call of a function that BigQuery has.
    if (!dotted || !isName(tokens[at - 2])) {
      if (FUNCTIONS.includes(word)) found.add(word);
      return;
    }
    const path = dottedPath(tokens, at);
    const [first = ''] = path.split('.');
    if (RANDOM.includes(path.toUpperCase()) || !NAMESPACES.includes(first.toUpperCase())) found.add(path);
    else if (FUNCTIONS.includes(word)) found.add(word);
  });
  return [...found].sort();
}

const isName = (token: Token | undefined): boolean => token !== undefined && /^[`\w]/.test(token.text);

function dottedPath(tokens: readonly Token[], last: number): string {
  let path = tokens[last]?.text ?? '';
  for (let at = last - 2; isWord(tokens[at + 1], '.') && isName(tokens[at]); at -= 2)
    path = `${tokens[at]?.text}.${path}`;
  return path.replaceAll('`', '');
}
