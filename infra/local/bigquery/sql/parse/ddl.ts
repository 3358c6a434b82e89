import { unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseTablePath } from './from.ts';
import { parseQuery } from './queries.ts';
import type { ColumnNode, Identifier, Options, Statement } from './tree.ts';
import { parseType } from './types.ts';

export function parseCreate(c: Cursor): Statement {
  const { at } = c.expect('CREATE');
  const orReplace = c.takes('OR', 'REPLACE');
  if (c.takes('SCHEMA')) return parseCreateSchema(c, at);
  if (c.takes('TABLE')) return parseCreateTable(c, orReplace, at);
  if (c.takes('VIEW')) return parseCreateView(c, orReplace, at);
  const what = [c.peek().word];
  if (
    ['TEMP', 'TEMPORARY', 'EXTERNAL', 'MATERIALIZED', 'SNAPSHOT', 'AGGREGATE', 'SEARCH', 'VECTOR', 'ROW'].includes(
      what[0] ?? '',
    )
  )
    what.push(c.peek(1).word);
  throw unsupported(`CREATE ${what.join(' ')}`, at);
}

function parseIfNotExists(c: Cursor): boolean {
  return c.takes('IF', 'NOT', 'EXISTS');
}

function parseOptions(c: Cursor): Options {
  const options: Options = [];
  if (!c.takes('OPTIONS')) return options;
  c.expect('(');
  while (!c.sees(')')) {
    if (options.length > 0) c.expect(',');
    const name = c.identifier();
    c.expect('=');
    options.push({ name, value: parseExpression(c) });
  }
  c.expect(')');
  return options;
}

function parseCreateSchema(c: Cursor, at: number): Statement {
  const ifNotExists = parseIfNotExists(c);
  const path = parseTablePath(c);
  if (c.sees('DEFAULT', 'COLLATE')) throw unsupported('DEFAULT COLLATE', c.peek().at);
  return { kind: 'createSchema', path, ifNotExists, options: parseOptions(c), at };
}

function parseCreateTable(c: Cursor, orReplace: boolean, at: number): Statement {
  const ifNotExists = parseIfNotExists(c);
  const path = parseTablePath(c);
  for (const word of ['LIKE', 'COPY', 'CLONE'])
    if (c.sees(word)) throw unsupported(`CREATE TABLE ${word}`, c.peek().at);
  const columns = c.takes('(') ? parseColumnList(c) : undefined;
  if (c.sees('DEFAULT', 'COLLATE')) throw unsupported('DEFAULT COLLATE', c.peek().at);
  const partitionBy = c.takes('PARTITION', 'BY') ? parseExpression(c) : undefined;
  const clusterBy: Identifier[] = [];
  if (c.takes('CLUSTER', 'BY')) {
    do clusterBy.push(c.identifier());
    while (c.takes(','));
  }
  const options = parseOptions(c);
  const query = c.takes('AS') ? parseQuery(c) : undefined;
  return { kind: 'createTable', path, orReplace, ifNotExists, columns, partitionBy, clusterBy, options, query, at };
}

function parseColumnList(c: Cursor): ColumnNode[] {
  const columns: ColumnNode[] = [];
  while (!c.sees(')')) {
    if (columns.length > 0) c.expect(',');
    if (c.sees(')')) break;
    const { word, at } = c.peek();
    if (['PRIMARY', 'FOREIGN', 'CONSTRAINT'].includes(word)) throw unsupported('table constraints', at);
    columns.push(parseColumn(c));
  }
  c.expect(')');
  return columns;
}

function parseColumn(c: Cursor): ColumnNode {
  const name = c.identifier();
  const type = parseType(c);
  let notNull = false;
  let description: string | undefined;
  for (;;) {
    const { at } = c.peek();
    if (c.takes('NOT', 'NULL')) notNull = true;
    else if (c.sees('OPTIONS')) {
      for (const option of parseOptions(c)) {
        if (option.name.name.toLowerCase() !== 'description' || option.value.kind !== 'literal')
          throw unsupported(`column option ${option.name.name}`, option.name.at);
        description = option.value.value;
      }
    } else if (
      c.sees('DEFAULT') ||
      c.sees('COLLATE') ||
      c.sees('PRIMARY') ||
      c.sees('REFERENCES') ||
      c.sees('GENERATED')
    )
      throw unsupported(`column ${c.peek().word}`, at);
    else return { name, type, notNull, description };
  }
}

function parseCreateView(c: Cursor, orReplace: boolean, at: number): Statement {
  const ifNotExists = parseIfNotExists(c);
  const path = parseTablePath(c);
  let columns: string[] | undefined;
  if (c.takes('(')) {
    columns = [];
    do {
      columns.push(c.identifier().name);
      if (c.sees('OPTIONS')) throw unsupported('view column options', c.peek().at);
    } while (c.takes(','));
    c.expect(')');
  }
  const options = parseOptions(c);
  c.expect('AS');
  const begin = c.peek().at;
  const query = parseQuery(c);
  return {
    kind: 'createView',
    path,
    orReplace,
    ifNotExists,
    columns,
    options,
    query,
    text: c.text.slice(begin, c.peek(-1).end),
    at,
  };
}

export function parseDrop(c: Cursor): Statement {
  const { at } = c.expect('DROP');
  const { word } = c.peek();
  if (word !== 'TABLE' && word !== 'VIEW' && word !== 'SCHEMA') throw unsupported(`DROP ${word}`, at);
  c.next();
  const ifExists = c.takes('IF', 'EXISTS');
  const path = parseTablePath(c);
  const cascade = word === 'SCHEMA' && c.takes('CASCADE');
  if (word === 'SCHEMA') c.takes('RESTRICT');
  return { kind: 'drop', what: word, path, ifExists, cascade, at };
}

export function parseAlter(c: Cursor): Statement {
  const { at } = c.expect('ALTER');
  if (!c.takes('TABLE')) throw unsupported(`ALTER ${c.peek().word}`, at);
  const ifExists = c.takes('IF', 'EXISTS');
  const path = parseTablePath(c);
  const add: Extract<Statement, { kind: 'alterTable' }>['add'] = [];
  do {
    if (!c.sees('ADD', 'COLUMN'))
      throw unsupported(`ALTER TABLE ${c.peek().word} ${c.peek(1).word}`.trim(), c.peek().at);
    c.expect('ADD', 'COLUMN');
    const ifNotExists = parseIfNotExists(c);
    add.push({ ...parseColumn(c), ifNotExists });
  } while (c.takes(','));
  return { kind: 'alterTable', path, ifExists, add, at };
}
