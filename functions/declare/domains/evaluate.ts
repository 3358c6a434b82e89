import { isNode, listOf, type Node, nameOf, oneOf, startOf } from '../sql/nodes.ts';
import {
  EMPTY,
  elementVariable,
  follow,
  inside,
  isVariable,
  resolve,
  rowVariable,
  type Scope,
  withQuery,
  withVariable,
} from './scope.ts';
import {
  ANY_COLUMNS,
  clashOf,
  type Field,
  fieldOf,
  NEUTRAL,
  type Origin,
  type Relation,
  structOf,
  UNKNOWN,
  union,
  type Value,
} from './values.ts';

/** Two columns that a query compares although their values can never be equal. */
export interface Clash {
  /** Code points from the start of the file. */
  offset: number;
  /** As the SQL says it: `=`, `IN`, `USING`, `INTERSECT`. */
  how: string;
  left: Origin;
  right: Origin;
}

/** What a query gives, and where it compares what can never be equal. */
export interface Evaluated {
  columns: Relation;
  clashes: readonly Clash[];
}

/**
 * Follows columns of tables through one query, a statement of polyglot's `parse`. `table` tells what a table holds that is
 * no WITH query. What is not understood is unknown, and what is unknown is never a clash.
 */
export function evaluateQuery(tree: unknown, table: (parts: readonly string[]) => Relation | undefined): Evaluated {
  const clashes: Clash[] = [];
  /** A query stands at one place and is looked at from several. */
  const known = new Map<Node, Relation>();
  return { columns: relationOf(tree, EMPTY), clashes };

  function relationOf(tagged: unknown, scope: Scope): Relation {
    if (!isNode(tagged)) return ANY_COLUMNS;
    const earlier = known.get(tagged);
    if (earlier) return earlier;
    const relation = evaluate(tagged, scope);
    known.set(tagged, relation);
    return relation;
  }

  function evaluate(tagged: Node, outer: Scope): Relation {
    if (isNode(tagged.select)) return select(tagged.select, withQueries(tagged.select.with, outer));
    if (isNode(tagged.subquery)) {
      const scope = withQueries(tagged.subquery.with, outer);
      const columns = relationOf(tagged.subquery.this, scope);
      walk({ ...tagged.subquery, with: undefined, this: undefined }, { ...scope, aliases: columns });
      return columns;
    }
    for (const how of SET_OPERATIONS) {
      const operation = tagged[how];
      if (isNode(operation)) return combine(how, operation, withQueries(operation.with, outer));
    }
    walk(tagged, outer, true);
    return ANY_COLUMNS;
  }

  function withQueries(clause: unknown, outer: Scope): Scope {
    if (!isNode(clause)) return outer;
    return listOf(clause.ctes).reduce<Scope>((scope, query) => {
      if (!isNode(query)) return scope;
      const name = nameOf(query.alias);
      const own = clause.recursive === true ? withQuery(scope, name, ANY_COLUMNS) : scope;
      return withQuery(scope, name, renamed(relationOf(query.this, own), query.columns));
    }, outer);
  }

  function combine(how: SetOperation, operation: Node, scope: Scope): Relation {
    const left = relationOf(operation.left, scope);
    const right = relationOf(operation.right, scope);
    walk({ ...operation, left: undefined, right: undefined, with: undefined }, { ...scope, aliases: left });
    if (left.open || right.open) return ANY_COLUMNS;
    const byName = operation.by_name === true || operation.corresponding === true;
    const fields = left.fields.flatMap((field, at): Field[] => {
      const value = byName && field.name !== undefined ? fieldOf(right, field.name) : right.fields[at]?.value;
      if (value === undefined) return [];
      // Rows of UNION ALL stand beside each other, and a column may hold anything; two kinds of tokens in one are a mistake.
      compare(how.toUpperCase(), field.value, value, placeOf(operation.right, at), { both: how === 'union' });
      return [{ ...field, value: how === 'union' ? union([field.value, value]) : field.value }];
    });
    return { fields, open: byName };
  }

  function select(node: Node, outer: Scope): Relation {
    const { from, joins, expressions, where_clause: where, with: _queries, ...rest } = node;
    let scope: Scope = inside(outer);
    for (const item of listOf(isNode(from) ? from.expressions : undefined)) scope = addItem(item, scope, scope);
    for (const join of listOf(joins)) scope = addJoin(join, scope, inside(outer));
    walk(where, scope);
    const fields: Field[] = [];
    let open = false;
    for (const expression of listOf(expressions)) {
      const given = columnsOf(expression, scope);
      fields.push(...given.fields);
      open ||= given.open;
    }
    walk(expressions, scope);
    const columns = { fields, open };
    walk(rest, { ...scope, aliases: columns });
    if (node.kind === 'VALUE') return fields[0]?.value.of ?? columns;
    return columns;
  }

  /** What an entry of the select list gives. */
  function columnsOf(expression: unknown, scope: Scope): Relation {
    if (!isNode(expression)) return ANY_COLUMNS;
    if (isNode(expression.star)) return star(expression.star, scope);
    const dot = isNode(expression.dot) ? expression.dot : undefined;
    if (dot && nameOf(dot.field) === '*') return valueAt(dot.this, scope).of ?? ANY_COLUMNS;
    const alias = isNode(expression.alias) ? nameOf(expression.alias.alias) : undefined;
    const own = isNode(expression.column) ? nameOf(expression.column.name) : dot && nameOf(dot.field);
    const name = alias ?? own;
    return { fields: [{ ...(name !== undefined && { name }), value: valueAt(expression, scope) }], open: false };
  }

  function star({ table: name, except, replace, rename }: Node, scope: Scope): Relation {
    const path = nameOf(name)?.split('.');
    const all = path ? (resolve(scope, path).of ?? ANY_COLUMNS) : everything(scope);
    const left = new Set(listOf(except).map((one) => nameOf(one)?.toLowerCase()));
    const replaced = new Map(
      listOf(replace).map((one) => [isNode(one) ? nameOf(one.alias)?.toLowerCase() : undefined, one] as const),
    );
    const fields = all.fields
      .filter((field) => !left.has(field.name?.toLowerCase()))
      .map((field) => {
        const other = field.name === undefined ? undefined : replaced.get(field.name.toLowerCase());
        return isNode(other) ? { ...field, value: valueAt(other.this, scope) } : field;
      });
    return listOf(rename).length > 0 ? ANY_COLUMNS : { fields, open: all.open };
  }

  /** `*`: columns of USING once and first. */
  function everything(scope: Scope): Relation {
    const merged = scope.using.map((name) => ({ name, value: resolve(scope, [name]) }));
    const using = new Set(scope.using);
    const others = scope.variables.flatMap(({ columns }) =>
      columns.fields.filter(({ name }) => name === undefined || !using.has(name.toLowerCase())),
    );
    return { fields: [...merged, ...others], open: scope.variables.some(({ columns }) => columns.open) };
  }

  function addJoin(join: unknown, seen: Scope, outer: Scope): Scope {
    if (!isNode(join)) return seen;
    const { this: item, using, ...rest } = join;
    const joined = addItem(item, seen, outer);
    const right = joined.variables.at(-1);
    const names: string[] = [];
    for (const name of listOf(using)) {
      const text = nameOf(name);
      const value = text !== undefined && right ? fieldOf(right.columns, text) : undefined;
      if (text === undefined) continue;
      names.push(text.toLowerCase());
      if (value) compare('USING', resolve(seen, [text]), value, startOf(name));
    }
    walk(rest, joined);
    return { ...joined, using: [...joined.using, ...names] };
  }

  /** One item of FROM. What stands to its left is seen by a path or an UNNEST, and not by a query in brackets. */
  function addItem(item: unknown, seen: Scope, outer: Scope, renamedTo?: string): Scope {
    if (!isNode(item)) return seen;
    if (isNode(item.table)) return addTable(item.table, seen, renamedTo);
    if (isNode(item.subquery)) {
      const name = renamedTo ?? nameOf(item.subquery.alias);
      const columns = renamed(relationOf(item, { ...outer, variables: [] }), item.subquery.column_aliases);
      return withVariable(seen, rowVariable(name, columns));
    }
    if (isNode(item.joined_table)) {
      const { left, joins } = item.joined_table;
      return listOf(joins).reduce<Scope>((scope, join) => addJoin(join, scope, outer), addItem(left, seen, outer));
    }
    if (isNode(item.unnest)) {
      walk(item.unnest, seen);
      const name = renamedTo ?? nameOf(item.unnest.alias);
      const offset = nameOf(item.unnest.offset_alias) ?? (item.unnest.with_ordinality === true ? 'offset' : undefined);
      const scope = withVariable(seen, elementVariable(name, valueAt(item.unnest.this, seen)));
      return offset === undefined ? scope : withVariable(scope, elementVariable(offset, NEUTRAL));
    }
    const [kind] = Object.keys(item);
    const wrapper = oneOf(item);
    if (kind === 'alias' && wrapper) return addItem(wrapper.this, seen, outer, nameOf(wrapper.alias));
    // A pivot or a function of a table: what is inside may compare, and what comes out has other columns.
    walk(item, addItem(wrapper?.this, seen, outer));
    return withVariable(seen, rowVariable(renamedTo ?? nameOf(wrapper?.alias), ANY_COLUMNS));
  }

  function addTable(node: Node, seen: Scope, renamedTo: string | undefined): Scope {
    const parts = [node.catalog, node.schema, node.name].flatMap((part) => nameOf(part) ?? []);
    const names = parts.join('.').split('.');
    const name = renamedTo ?? nameOf(node.alias) ?? names.at(-1);
    const [first = ''] = names;
    const query = names.length === 1 ? seen.queries.get(first.toLowerCase()) : undefined;
    if (!query && parts.length > 1 && isVariable(seen, first)) {
      return withVariable(seen, elementVariable(name, resolve(seen, names)));
    }
    return withVariable(seen, rowVariable(name, query ?? table(names) ?? ANY_COLUMNS));
  }

  /** What an expression may hold. */
  function valueAt(tagged: unknown, scope: Scope): Value {
    if (!isNode(tagged)) return UNKNOWN;
    const [kind = ''] = Object.keys(tagged);
    const node = tagged[kind];
    if (NEUTRALS.includes(kind)) return NEUTRAL;
    if (!isNode(node)) return UNKNOWN;
    if (SAME.includes(kind)) return valueAt(node.this, scope);
    switch (kind) {
      case 'column': {
        const path = [node.table, node.name].flatMap((part) => nameOf(part) ?? []);
        return path[0]?.startsWith('@') ? NEUTRAL : resolve(scope, path);
      }
      case 'dot':
        return dotted(node, scope);
      case 'cast':
      case 'safe_cast':
        return isNode(node.to) && node.to.data_type === 'string' ? valueAt(node.this, scope) : UNKNOWN;
      case 'coalesce':
        return union(listOf(node.expressions).map((one) => valueAt(one, scope)));
      case 'if_func':
        return union([node.true_value, node.false_value].map((one) => (one ? valueAt(one, scope) : NEUTRAL)));
      case 'case': {
        const results = listOf(node.whens).map((when) => listOf(when)[1]);
        return union([...results, node.else_].map((one) => (one ? valueAt(one, scope) : NEUTRAL)));
      }
      case 'tuple':
        return structOf(structure(node.expressions, scope));
      case 'array_func':
        return union(listOf(node.expressions).map((one) => valueAt(one, scope)));
      case 'function':
        return called(node, scope);
      case 'select':
      case 'subquery':
      case 'union':
      case 'intersect':
      case 'except':
        return single(tagged, scope);
      default:
        return UNKNOWN;
    }
  }

  function called({ name, args }: Node, scope: Scope): Value {
    const [first] = listOf(args);
    switch (String(name).toUpperCase()) {
      case 'NULLIF':
        return valueAt(first, scope);
      case 'GREATEST':
      case 'LEAST':
        return union(listOf(args).map((one) => valueAt(one, scope)));
      case 'STRUCT':
        return structOf(structure(args, scope));
      case 'ARRAY':
        return valueAt(first, scope);
      default:
        return UNKNOWN;
    }
  }

  function structure(members: unknown, scope: Scope): Relation {
    const columns = listOf(members).map((member) => columnsOf(member, scope));
    return { fields: columns.flatMap(({ fields }) => fields), open: columns.some(({ open }) => open) };
  }

  /** `a.b.c` is a column of two names with fields behind it. */
  function dotted({ this: inner, field }: Node, scope: Scope): Value {
    const name = nameOf(field) ?? '';
    const column = isNode(inner) && isNode(inner.column) ? inner.column : undefined;
    if (!column) return follow(valueAt(inner, scope), [name]);
    return resolve(scope, [...[column.table, column.name].flatMap((part) => nameOf(part) ?? []), name]);
  }

  /** What a query is worth as a value, or as the elements of an array: its column, or its row where it says AS STRUCT. */
  function single(tagged: Node, scope: Scope): Value {
    const columns = relationOf(tagged, scope);
    const inner = isNode(tagged.subquery) && isNode(tagged.subquery.this) ? tagged.subquery.this : tagged;
    if (isNode(inner.select) && inner.select.kind === 'STRUCT') return structOf(columns);
    const [only, ...others] = columns.fields;
    return columns.open || others.length > 0 ? UNKNOWN : (only?.value ?? UNKNOWN);
  }

  /** Looks for comparisons, and for queries within. `deep` = the node itself is no query. */
  function walk(value: unknown, scope: Scope, deep = false): void {
    if (Array.isArray(value)) for (const entry of value) walk(entry, scope);
    if (!isNode(value)) return;
    if (!deep && QUERIES.some((kind) => isNode(value[kind]))) {
      relationOf(value, scope);
      return;
    }
    for (const [kind, node] of Object.entries(value)) {
      if (isNode(node)) compareAt(kind, node, scope);
      walk(node, scope);
    }
  }

  function compareAt(kind: string, node: Node, scope: Scope): void {
    const against = (how: string, left: unknown, right: Value): void =>
      compare(how, valueAt(left, scope), right, startOf(left) ?? startOf(node));
    if (kind === 'eq') against('=', node.left, valueAt(node.right, scope));
    else if (kind === 'null_safe_eq') against('IS NOT DISTINCT FROM', node.left, valueAt(node.right, scope));
    else if (kind === 'any' && node.op === 'Eq' && isNode(node.subquery))
      against('=', node.this, single(node.subquery, scope));
    else if (kind === 'in') {
      if (isNode(node.query)) against('IN', node.this, single(node.query, scope));
      if (isNode(node.unnest)) against('IN', node.this, valueAt(node.unnest, scope));
      const list = listOf(node.expressions).map((one) => valueAt(one, scope));
      if (list.length > 0) against('IN', node.this, union(list));
    } else if (kind === 'case' && node.operand) {
      for (const when of listOf(node.whens)) against('CASE', node.operand, valueAt(listOf(when)[0], scope));
    }
  }

  function compare(how: string, left: Value, right: Value, offset = 0, { both = false } = {}): void {
    const clash = clashOf(left, right, { both });
    if (clash) clashes.push({ offset, how, left: clash[0], right: clash[1] });
  }
}

type SetOperation = (typeof SET_OPERATIONS)[number];
const SET_OPERATIONS = ['union', 'intersect', 'except'] as const;
const QUERIES = ['select', 'subquery', ...SET_OPERATIONS];

/** One of the values that go in comes out. */
const SAME = [
  'alias',
  'paren',
  'any_value',
  'min',
  'max',
  'array_agg',
  'subscript',
  'window_function',
  'first_value',
  'last_value',
  'nth_value',
  'lag',
  'lead',
];
const NEUTRALS = ['literal', 'null', 'boolean', 'parameter'];

/** Where the entry of a query's select list stands that gives its column `at`; else where the query does. */
function placeOf(query: unknown, at: number): number | undefined {
  const inner = isNode(query) && isNode(query.select) ? query.select : undefined;
  return startOf(listOf(inner?.expressions)[at]) ?? startOf(query);
}

/** Names in brackets behind an alias, as in `WITH a (x, y) AS`. */
function renamed(relation: Relation, names: unknown): Relation {
  const list = listOf(names);
  if (list.length === 0 || relation.open) return relation;
  const fields = relation.fields.map((field, at) => {
    const name = nameOf(list[at]);
    return name === undefined ? field : { ...field, name };
  });
  return { fields, open: false };
}
