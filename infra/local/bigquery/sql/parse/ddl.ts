import { SqlError, unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseTablePath } from './from.ts';
import { parseNames, parseQuery } from './queries.ts';
import { parseCreateFunction, parseCreateProcedure, parseCreateTableFunction } from './routines.ts';
import type { AlterAction, ColumnNode, KeyNode, Options, Statement, ViewColumnNode } from './statement-tree.ts';
import type { FieldNode, Identifier } from './tree.ts';
import { parseType } from './types.ts';

export function parseCreate(c: Cursor): Statement {
  const { at } = c.expect('CREATE');
  const orReplace = c.takes('OR', 'REPLACE');
  const statement = parseCreated(c, at, orReplace);
  if (orReplace && 'ifNotExists' in statement && statement.ifNotExists)
    throw new SqlError('CREATE cannot have both OR REPLACE and IF NOT EXISTS', at);
  return statement;
}

function parseCreated(c: Cursor, at: number, orReplace: boolean): Statement {
  const temp =
    (['TABLE', 'FUNCTION', 'AGGREGATE'].includes(c.peek(1).word) && (c.takes('TEMP') || c.takes('TEMPORARY'))) || false;
  if (orReplace && c.sees('SCHEMA')) throw new SqlError('CREATE SCHEMA cannot have OR REPLACE', at);
  if (c.takes('SCHEMA')) return parseCreateSchema(c, at);
  if (!temp && c.takes('TABLE', 'FUNCTION')) return parseCreateTableFunction(c, { at, orReplace, temp });
  if (c.takes('TABLE')) return parseCreateTable(c, { orReplace, temp, snapshot: false, at });
  if (c.takes('SNAPSHOT', 'TABLE')) return parseCreateTable(c, { orReplace, temp: false, snapshot: true, at });
  if (c.takes('VIEW')) return parseCreateView(c, orReplace, at, false);
  if (c.takes('MATERIALIZED', 'VIEW')) return parseCreateView(c, orReplace, at, true);
  if (c.takes('FUNCTION')) return parseCreateFunction(c, { at, orReplace, temp }, false);
  if (c.takes('AGGREGATE', 'FUNCTION')) return parseCreateFunction(c, { at, orReplace, temp }, true);
  if (c.takes('PROCEDURE')) return parseCreateProcedure(c, { at, orReplace, temp });
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

export function parseOptions(c: Cursor, word: 'OPTIONS' | 'FILES' = 'OPTIONS'): Options {
  const options: Options = [];
  if (!c.takes(word)) return options;
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

function parseCreateTable(
  c: Cursor,
  { orReplace, temp, snapshot, at }: { orReplace: boolean; temp: boolean; snapshot: boolean; at: number },
): Statement {
  const ifNotExists = parseIfNotExists(c);
  const path = parseTablePath(c);
  if (temp && !(path.length === 1 || (path.length === 2 && path[0]?.name.toUpperCase() === '_SESSION')))
    throw new SqlError('A temporary table cannot be in a dataset: its name must not be qualified', path[0]?.at);
  const how = (['LIKE', 'COPY', 'CLONE'] as const).find((word) => c.takes(word));
  if (snapshot && orReplace) throw new SqlError('CREATE SNAPSHOT TABLE takes no OR REPLACE', at);
  if (snapshot && how !== 'CLONE') throw new SqlError('CREATE SNAPSHOT TABLE needs CLONE and a table', c.peek().at);
  const from = how && { how, path: parseTablePath(c) };
  if (from && c.sees('FOR')) throw unsupported('FOR SYSTEM_TIME AS OF', c.peek().at);
  const keys: KeyNode[] = [];
  const columns = c.takes('(') ? parseColumnList(c, keys) : undefined;
  if (c.sees('DEFAULT', 'COLLATE')) throw unsupported('DEFAULT COLLATE', c.peek().at);
  const partitionBy = c.takes('PARTITION', 'BY') ? parseExpression(c) : undefined;
  const clusterBy = parseClusterBy(c);
  const options = parseOptions(c);
  const query = c.takes('AS') ? parseQuery(c) : undefined;
  return {
    kind: 'createTable',
    path,
    temp,
    snapshot,
    orReplace,
    ifNotExists,
    columns,
    keys,
    from,
    partitionBy,
    clusterBy,
    options,
    query,
    at,
  };
}

export function parseClusterBy(c: Cursor): Identifier[] {
  const names: Identifier[] = [];
  if (!c.takes('CLUSTER', 'BY')) return names;
  do names.push(c.identifier());
  while (c.takes(','));
  return names;
}

/** `keys` takes the constraints of the list. */
export function parseColumnList(c: Cursor, keys: KeyNode[] = []): ColumnNode[] {
  const columns: ColumnNode[] = [];
  while (!c.sees(')')) {
    if (columns.length > 0 || keys.length > 0) c.expect(',');
    if (c.sees(')')) break;
    const key = takeKey(c);
    if (key) keys.push(key);
    else columns.push(parseColumn(c, keys));
  }
  c.expect(')');
  return columns;
}

/** `PRIMARY KEY (a) NOT ENFORCED` and foreign keys: BigQuery holds no rows to them. */
function takeKey(c: Cursor): KeyNode | undefined {
  const { at } = c.peek();
  if (!c.sees('PRIMARY', 'KEY') && !c.sees('FOREIGN', 'KEY') && !c.sees('CONSTRAINT')) return undefined;
  const isNamed = c.takes('CONSTRAINT');
  const ifNotExists = isNamed && parseIfNotExists(c);
  const name = isNamed ? c.identifier() : undefined;
  const isPrimary = c.takes('PRIMARY', 'KEY');
  if (!isPrimary) c.expect('FOREIGN', 'KEY');
  if (isPrimary && name) throw new SqlError('A primary key cannot be named', name.at);
  const columns = parseNames(c);
  const references = isPrimary ? undefined : parseReference(c);
  takeNotEnforced(c);
  return { name, columns, references, ifNotExists, at };
}

function parseReference(c: Cursor): KeyNode['references'] {
  c.expect('REFERENCES');
  return { table: parseTablePath(c), columns: parseNames(c) };
}

function takeNotEnforced(c: Cursor): void {
  const { at } = c.peek();
  if (!c.takes('NOT', 'ENFORCED')) throw new SqlError('Enforced keys are not supported: say NOT ENFORCED', at);
}

/** What stands behind a field of a column's struct. */
function parseFieldSchema(c: Cursor): Partial<FieldNode> {
  const schema: Partial<FieldNode> = {};
  for (;;) {
    const { at } = c.peek();
    if (c.takes('NOT', 'NULL')) schema.notNull = true;
    else if (c.sees('OPTIONS')) Object.assign(schema, parseColumnOptions(c));
    else if (c.sees('DEFAULT')) throw new SqlError('A field of a STRUCT cannot have a default value', at);
    else if (c.sees('COLLATE')) throw unsupported('column COLLATE', at);
    else return schema;
  }
}

function parseColumnOptions(c: Cursor): { description?: string } {
  let found: { description?: string } = {};
  for (const { name, value } of parseOptions(c)) {
    if (name.name.toLowerCase() !== 'description') throw unsupported(`column option ${name.name}`, name.at);
    if (value.kind === 'null') continue;
    if (value.kind !== 'literal') throw unsupported('a column description that is no literal', value.at);
    if (value.type !== 'STRING') throw new SqlError('Option description should be a STRING', value.at);
    found = { description: value.value };
  }
  return found;
}

function parseColumn(c: Cursor, keys?: KeyNode[]): ColumnNode {
  const name = c.identifier();
  const type = parseType(c, parseFieldSchema);
  let notNull = false;
  let description: string | undefined;
  let fallback: string | undefined;
  let defaultAt = name.at;
  for (;;) {
    const { at } = c.peek();
    if (c.takes('NOT', 'NULL')) notNull = true;
    else if (c.takes('DEFAULT')) {
      defaultAt = c.peek().at;
      parseExpression(c);
      fallback = c.text.slice(defaultAt, c.peek(-1).end);
    } else if (keys && (c.sees('PRIMARY', 'KEY') || c.sees('REFERENCES'))) {
      const references = c.takes('PRIMARY', 'KEY') ? undefined : parseReference(c);
      takeNotEnforced(c);
      keys.push({ name: undefined, columns: [name], references, ifNotExists: false, at });
    } else if (c.sees('OPTIONS')) ({ description } = parseColumnOptions(c));
    else if (c.sees('COLLATE') || c.sees('GENERATED')) throw unsupported(`column ${c.peek().word}`, at);
    else return { name, type, notNull, description, default: fallback, defaultAt };
  }
}

function parseCreateView(c: Cursor, orReplace: boolean, at: number, isMaterialized: boolean): Statement {
  const ifNotExists = parseIfNotExists(c);
  const path = parseTablePath(c);
  let columns: ViewColumnNode[] | undefined;
  if (!isMaterialized && c.takes('(')) {
    columns = [];
    do {
      columns.push({ name: c.identifier().name, ...(c.sees('OPTIONS') && parseColumnOptions(c)) });
    } while (c.takes(','));
    c.expect(')');
  }
  const partitionBy = isMaterialized && c.takes('PARTITION', 'BY') ? parseExpression(c) : undefined;
  const clusterBy = isMaterialized ? parseClusterBy(c) : [];
  const options = parseOptions(c);
  c.expect('AS');
  if (isMaterialized && c.sees('REPLICA')) throw unsupported('replicas of materialized views', c.peek().at);
  const begin = c.peek().at;
  const query = parseQuery(c);
  return {
    kind: 'createView',
    materialized: isMaterialized ? { partitionBy, clusterBy, isIncremental: !allowsAll(options) } : undefined,
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

const allowsAll = (options: Options) =>
  options.some(
    ({ name, value }) =>
      name.name.toLowerCase() === 'allow_non_incremental_definition' &&
      value.kind === 'literal' &&
      value.value === 'true',
  );

export function parseDrop(c: Cursor): Statement {
  const { at } = c.expect('DROP');
  if (c.takes('SNAPSHOT')) {
    c.expect('TABLE');
    const ifExists = c.takes('IF', 'EXISTS');
    return { kind: 'drop', what: 'SNAPSHOT', path: parseTablePath(c), ifExists, cascade: false, at };
  }
  const { word } = c.peek();
  if (c.takes('TABLE', 'FUNCTION')) {
    const ifExists = c.takes('IF', 'EXISTS');
    return { kind: 'dropRoutine', what: 'TABLE FUNCTION', path: parseTablePath(c), ifExists, at };
  }
  if (word === 'FUNCTION' || word === 'PROCEDURE') {
    c.next();
    const ifExists = c.takes('IF', 'EXISTS');
    return { kind: 'dropRoutine', what: word, path: parseTablePath(c), ifExists, at };
  }
  if (c.takes('MATERIALIZED', 'VIEW')) {
    const ifExists = c.takes('IF', 'EXISTS');
    return { kind: 'drop', what: 'MATERIALIZED_VIEW', path: parseTablePath(c), ifExists, cascade: false, at };
  }
  if ((word !== 'TABLE' && word !== 'VIEW' && word !== 'SCHEMA') || c.peek(1).word === 'FUNCTION')
    throw unsupported(`DROP ${word}`, at);
  c.next();
  const ifExists = c.takes('IF', 'EXISTS');
  const path = parseTablePath(c);
  const cascade = word === 'SCHEMA' && c.takes('CASCADE');
  if (word === 'SCHEMA') c.takes('RESTRICT');
  return { kind: 'drop', what: word, path, ifExists, cascade, at };
}

export function parseAlter(c: Cursor): Statement {
  const { at } = c.expect('ALTER');
  const { word } = c.peek();
  const what = c.sees('MATERIALIZED', 'VIEW') ? 'MATERIALIZED_VIEW' : word;
  if (what !== 'TABLE' && what !== 'VIEW' && what !== 'MATERIALIZED_VIEW' && what !== 'SCHEMA')
    throw unsupported(`ALTER ${word}`, at);
  c.next();
  if (what === 'MATERIALIZED_VIEW') c.next();
  const ifExists = c.takes('IF', 'EXISTS');
  const path = parseTablePath(c);
  const actions = [parseAction(c, what)];
  while (c.takes(',')) actions.push(parseAction(c, what));
  return { kind: 'alter', what, path, ifExists, actions, at };
}

function parseAction(c: Cursor, what: Extract<Statement, { kind: 'alter' }>['what']): AlterAction {
  const { at } = c.peek();
  if (c.takes('SET', 'OPTIONS')) {
    c.rewind(c.position() - 1);
    return { kind: 'setOptions', options: parseOptions(c), at };
  }
  if (what === 'VIEW' && c.sees('ALTER', 'COLUMN')) {
    c.expect('ALTER', 'COLUMN');
    const action = parseAlterColumn(c, at);
    if (action.kind !== 'columnOptions') throw new SqlError('Of a view’s column only OPTIONS can be set', at);
    return action;
  }
  if (what !== 'TABLE')
    throw unsupported(`ALTER ${what.replace('_', ' ')} ${c.peek().word} ${c.peek(1).word}`.trim(), at);
  if (c.takes('ADD', 'COLUMN')) {
    const ifNotExists = parseIfNotExists(c);
    return { kind: 'addColumn', column: parseColumn(c), ifNotExists, at };
  }
  if (c.takes('ADD')) {
    const key = takeKey(c);
    if (key) return { kind: 'addKey', key, at };
    throw unsupported(`ALTER TABLE ADD ${c.peek().word}`, at);
  }
  if (c.takes('DROP', 'COLUMN')) {
    const ifExists = c.takes('IF', 'EXISTS');
    return { kind: 'dropColumn', name: c.identifier(), ifExists, at };
  }
  if (c.takes('DROP', 'PRIMARY', 'KEY'))
    return { kind: 'dropKey', name: undefined, ifExists: c.takes('IF', 'EXISTS'), at };
  if (c.takes('DROP', 'CONSTRAINT')) {
    const ifExists = c.takes('IF', 'EXISTS');
    return { kind: 'dropKey', name: c.identifier(), ifExists, at };
  }
  if (c.takes('RENAME', 'COLUMN')) {
    const ifExists = c.takes('IF', 'EXISTS');
    const from = c.identifier();
    c.expect('TO');
    return { kind: 'renameColumn', from, to: c.identifier(), ifExists, at };
  }
  if (c.takes('RENAME', 'TO')) return { kind: 'renameTable', to: c.identifier(), at };
  if (c.takes('ALTER', 'COLUMN')) return parseAlterColumn(c, at);
  throw unsupported(`ALTER TABLE ${c.peek().word} ${c.peek(1).word}`.trim(), at);
}

function parseAlterColumn(c: Cursor, at: number): AlterAction {
  const ifExists = c.takes('IF', 'EXISTS');
  const name = c.identifier();
  if (c.takes('SET', 'DATA', 'TYPE')) return { kind: 'columnType', name, ifExists, type: parseType(c), at };
  if (c.takes('SET', 'OPTIONS')) {
    c.rewind(c.position() - 1);
    return { kind: 'columnOptions', name, ifExists, options: parseOptions(c), at };
  }
  if (c.takes('SET', 'DEFAULT')) {
    const begin = c.peek().at;
    const value = parseExpression(c);
    return { kind: 'columnDefault', name, ifExists, value, text: c.text.slice(begin, c.peek(-1).end), at };
  }
  if (c.takes('DROP', 'DEFAULT')) return { kind: 'columnDefault', name, ifExists, value: undefined, text: '', at };
  c.expect('DROP', 'NOT', 'NULL');
  return { kind: 'dropNotNull', name, ifExists, at };
}
