import { type Case, testFamilies } from './family.ts';

const PIES = "'I like pie, you like-pie, they like 2 PIEs.'";
const ICU = "'I like ❶ ② pies, you like Ño PIEs'";
const EMAIL = "'Please use foobar@example.com as your email.'";
const invalid = (message: string) => `invalidQuery: ${message}`;
const words = (text: string) => [[text === '' ? [] : text.split(' ')]];

/** Searches and what they answer: each a row of its own, named by its arguments. */
const searches = (list: [args: string, answer: boolean | null][]): Case[] =>
  list.map(([args, answer]) => [`SELECT SEARCH(${args})`, [[answer === null ? null : String(answer)]]]);
const filtered = (filters: string) =>
  `SELECT TEXT_ANALYZE(${ICU}, analyzer_options => '{"token_filters": [${filters}]}')`;
const normalizer = (text: string) => `{"normalizer": ${text}}`;
const delimiters = (list: string) => `analyzer_options => '{"delimiters": ${list}}'`;
const pattern = (text: string) => `analyzer => 'PATTERN_ANALYZER', analyzer_options => '{"patterns": ["${text}"]}'`;

testFamilies({
  'text analysis, as BigQuery documents it': [
    [`SELECT TEXT_ANALYZE(${PIES})`, words('i like pie you like pie they like 2 pies')],
    [`SELECT TEXT_ANALYZE(${PIES}, analyzer => 'NO_OP_ANALYZER')`, [[['I like pie, you like-pie, they like 2 PIEs.']]]],
    [`SELECT TEXT_ANALYZE(${PIES}, analyzer => 'PATTERN_ANALYZER')`, words('like pie you like pie they like pies')],
    [
      `SELECT TEXT_ANALYZE(${PIES}, ${delimiters('[",", ".", "-"]')})`,
      [[['i like pie', 'you like', 'pie', 'they like 2 pies']]],
    ],
    [
      `SELECT TEXT_ANALYZE(${PIES}, analyzer => 'PATTERN_ANALYZER', analyzer_options => '{"patterns": ["[a-zA-Z]*"], "token_filters": [{"normalizer": {"mode": "LOWER"}}, {"stop_words": ["they", "pie"]}]}')`,
      words('i like you like like pies'),
    ],
    [
      filtered(`${normalizer('{"mode": "ICU_NORMALIZE"}')}, {"stop_words": ["pies", "2"]}`),
      words('i like ❶ you like ño'),
    ],
    [
      filtered(`{"stop_words": ["pies", "2"]}, ${normalizer('{"mode": "ICU_NORMALIZE"}')}`),
      words('i like ❶ 2 you like ño pies'),
    ],
    [filtered(normalizer('{"mode": "NONE"}')), words('I like ❶ ② pies you like Ño PIEs')],
    [filtered(normalizer('{"mode": "LOWER"}')), words('i like ❶ ② pies you like Ño pies')],
    [filtered(normalizer('{"mode": "UNICODE_LOWER"}')), words('i like ❶ ② pies you like ño pies')],
    [
      filtered(normalizer('{"mode": "ICU_NORMALIZE", "icu_case_folding": false}')),
      words('I like ❶ 2 pies you like Ño PIEs'),
    ],
    [
      filtered(normalizer('{"mode": "ICU_NORMALIZE", "icu_normalize_mode": "NFC"}')),
      words('i like ❶ ② pies you like ño pies'),
    ],
    [
      filtered(normalizer('{"mode": "ICU_NORMALIZE", "icu_normalize_mode": "NFD"}')),
      words('i like ❶ ② pies you like n\u0303o pies'),
    ],
    [
      `SELECT id, BAG_OF_WORDS(f) FROM (SELECT 1 AS id, ['I', 'like', 'pie', 'pie', 'pie', NULL] AS f UNION ALL SELECT 2, ['yum', 'yum', 'pie', NULL]) ORDER BY id`,
      [
        [
          '1',
          [
            [null, '1'],
            ['I', '1'],
            ['like', '1'],
            ['pie', '3'],
          ],
        ],
        [
          '2',
          [
            [null, '1'],
            ['pie', '1'],
            ['yum', '2'],
          ],
        ],
      ],
    ],
    [
      'SELECT TEXT_ANALYZE("a%2526b%252Cc"), TEXT_ANALYZE(CAST(NULL AS STRING)), TEXT_ANALYZE("")',
      [[['a', 'b', '252cc'], [], []]],
    ],
  ],
  'options that there are not': [
    [
      `SELECT TEXT_ANALYZE('a', analyzer => 'WORD_ANALYZER')`,
      invalid('analyzer must be LOG_ANALYZER, NO_OP_ANALYZER or PATTERN_ANALYZER at [1:8]'),
    ],
    [
      `SELECT TEXT_ANALYZE('a', analyzer_options => '{"secret": 1}')`,
      invalid('analyzer_options: the JSON has no option secret at [1:8]'),
    ],
    [`SELECT TEXT_ANALYZE('a', analyzer_options => 'secret')`, invalid('analyzer_options is no valid JSON at [1:8]')],
    [
      `SELECT TEXT_ANALYZE('a', analyzer => 'NO_OP_ANALYZER', ${delimiters('[" "]')})`,
      invalid('NO_OP_ANALYZER takes no delimiters at [1:8]'),
    ],
    [
      `SELECT TEXT_ANALYZE('a', ${pattern('(')})`,
      invalid('Cannot parse regular expression: error parsing regexp: missing closing ): `(` at [1:8]'),
    ],
    ['SELECT TF_IDF(["a"]) OVER ()', invalid('not supported by the embedded warehouse: function TF_IDF at [1:8]')],
  ],
  'searches, as BigQuery documents them': searches([
    [`'foobar-example', 'foobar example'`, true],
    [`'foobar-example', 'foobarexample'`, false],
    [String.raw`'foobar-example', 'foobar\\&example'`, true],
    [String.raw`'foobar-example', R'foobar\&example'`, true],
    ["'foobar-example', '`foobar&example`'", false],
    ["'foobar&example', '`foobar&example`'", true],
    [`'foobar-example', 'Example Foobar'`, true],
    ["'foobar-example', '`foobar-example`'", true],
    ["'foobar-example', '`Foobar`'", false],
    ["'`foobar-example`', '`foobar-example`'", false],
    ["'foobar@example.com', '`example.com`'", true],
    ["'a foobar-example b', '`foobar-example`'", true],
    [`['foobar', 'example'], 'foobar example'`, false],
    ["'foobar=', '`foobar\\\\=`'", false],
    [String.raw`'foobar=', R'foobar\='`, true],
    ["'foobar.example', '`foobar`'", true],
    ["'foobar.example', R'`foobar.\\`'", false],
    ["'foobar..example', '`foobar.`'", true],
    ["'foo.bar', '`foo.`'", false],
    [`'foo bar baz', 'foo AND bar'`, true],
    [`'foo', 'foo OR bar'`, true],
    [`'foo bar', 'foo AND (bar OR baz)'`, true],
    [`'foo', 'foo AND (bar OR baz)'`, false],
    [`'Foo bar baz', R'"foo Bar"'`, true],
    [`'foo-bar baz', R'"foo&bar"'`, true],
    ["'foo bar baz', R'\"`foo bar`\"'", false],
    [`'foo else bar', R'"foo bar"'`, false],
    [`'foo-bar-baz', R'bar "foo&baz"'`, false],
    [`'foo bar baz', R'"foo\\ bar"', ${delimiters('[" "]')}`, false],
    [`'foo bar baz', R'"foo? bar"', ${delimiters('[" ", "?"]')}`, true],
    [
      `'read the book now', R'"read the book"', analyzer_options => '{"token_filters": [{"stop_words": ["the"]}]}'`,
      true,
    ],
    [`'abcdef', R'"c d"', ${pattern('(?:cd)|[a-z]')}`, false],
    [`'ant orange apple avocado', R'"ant apple"', ${pattern('a[a-z]')}`, true],
    [`'foobar', 'foobar', analyzer => 'NO_OP_ANALYZER'`, true],
    [`'foobar', 'Foobar', analyzer => 'NO_OP_ANALYZER'`, false],
    [`'', '', analyzer => 'NO_OP_ANALYZER'`, true],
    [`${EMAIL}, 'exam'`, false],
    [`${EMAIL}, R'"please use"'`, true],
    [`${EMAIL}, R'"as email"'`, false],
    [`${EMAIL}, 'example', ${delimiters('[" ", "@"]')}`, false],
    [`${EMAIL}, R'use "foobar example.com" "as your"', ${delimiters('[" ", "@"]')}`, true],
    [`${EMAIL}, R'foobar "EXAMPLE.com as" email', analyzer => 'PATTERN_ANALYZER'`, true],
    [`${EMAIL}, 'example.com', ${pattern('[a-zA-Z.]*')}`, true],
  ]),
  'searches of records and lists': [
    [
      `WITH meals AS (SELECT 'Potato pancakes' AS breakfast, 'Toasted cheese sandwich' AS lunch, 'Beef soup' AS dinner
         UNION ALL SELECT 'Avocado toast', 'Tomato soup', 'Chicken soup')
       SELECT SEARCH(lunch, 'soup'), SEARCH((breakfast, dinner), 'soup'), SEARCH(meals, 'soup') FROM meals ORDER BY breakfast`,
      [
        ['true', 'true', 'true'],
        ['false', 'true', 'true'],
      ],
    ],
    ...searches([
      ["1, 'a'", false],
      ["CAST(NULL AS STRING), 'a'", null],
      ["(CAST(NULL AS STRING), 'a'), 'a'", true],
      ["(CAST(NULL AS STRING), 'b', 1), 'a'", null],
      ["[STRUCT('b' AS x, 1 AS y), ('a', 2)], 'a'", true],
    ]),
  ],
  'searches that are none': [
    [
      "SELECT TEXT_ANALYZE('a', 'NO_OP_ANALYZER')",
      invalid('No matching signature for function TEXT_ANALYZE for argument types: STRING, STRING at [1:8]'),
    ],
    ["SELECT SEARCH('a', NULL)", invalid('SEARCH: the search query must not be NULL at [1:20]')],
    ["SELECT SEARCH('a', '')", invalid('The search query contains no tokens at [1:8]')],
    ["SELECT SEARCH('a', '.')", invalid('The search query contains no tokens at [1:8]')],
    [
      "SELECT SEARCH('a', 'a NOT b')",
      invalid('Invalid search query: reserved word NOT must be enclosed in backticks at [1:8]'),
    ],
    ["SELECT SEARCH('a', 'a (b')", invalid('Invalid search query: missing closing parenthesis at [1:8]')],
    ["SELECT SEARCH('a', ':')", invalid('Invalid search query: reserved characters must be escaped at [1:8]')],
    [
      "SELECT SEARCH('a', 'x in y')",
      invalid('not supported by the embedded warehouse: in in a search query without backticks at [1:8]'),
    ],
    ["SELECT SEARCH(JSON '1', 'a')", invalid('not supported by the embedded warehouse: SEARCH in JSON at [1:8]')],
  ],
});
