import { isNode, listOf, type Node, nameOf, oneOf } from './nodes.ts';

/** The tables that a query reads, from polyglot's tree: what it names less what it names itself. */

export interface TableReference {
  /** Every part of the name, backticks removed, `p.d.t` in one pair of them taken apart. */
  parts: readonly string[];
  /** Code points from the start of the file. */
  offset: number;
}

/** What a name of one part (a WITH query) or the first of several (a range variable, as in `FROM o, o.items`) may mean. */
interface Scope {
  queries: ReadonlySet<string>;
  variables: ReadonlySet<string>;
}

/** `tree` is one statement of polyglot's `parse`. Names are found wherever they stand, also under PIVOT and in brackets. */
export function findTables(tree: unknown): TableReference[] {
  const tables: TableReference[] = [];
  visit(tree, { queries: new Set(), variables: new Set() });
  return tables;

  function visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) for (const entry of value) visit(entry, scope);
    if (!isNode(value)) return;
    if (isNode(value.select)) visitSelect(value.select, scope);
    else if (isNode(value.table) && isNode(value.table.name)) visitTable(value.table, scope);
    else {
      const inner = isNode(value.with) ? visitWith(value.with, scope) : scope;
      for (const [key, entry] of Object.entries(value)) if (key !== 'with') visit(entry, inner);
    }
  }

  function visitSelect(select: Node, outer: Scope): void {
    const { with: queries, from, joins, ...rest } = select;
    const scope = isNode(queries) ? visitWith(queries, outer) : outer;
    const items = [...listOf(isNode(from) ? from.expressions : undefined), ...listOf(joins)];
    let inner = scope;
    for (const item of items) inner = visitItem(item, inner, scope);
    visit(rest, inner);
  }

  /** A WITH query sees those before it, and under RECURSIVE itself; a name that stays unresolved is reported anyway. */
  function visitWith(clause: Node, outer: Scope): Scope {
    let scope = outer;
    for (const query of listOf(clause.ctes)) {
      if (!isNode(query)) continue;
      const named = { ...scope, queries: plus(scope.queries, nameOf(query.alias)) };
      visit(query.this, clause.recursive === true ? named : scope);
      scope = named;
    }
    return scope;
  }

  /** One item of FROM. What stands to its left is seen by a path or an UNNEST, and not by a query in brackets. */
  function visitItem(item: unknown, seen: Scope, outer: Scope): Scope {
    if (!isNode(item)) return seen;
    const withVariable = (scope: Scope, alias: unknown) => ({
      ...scope,
      variables: plus(scope.variables, nameOf(alias)),
    });
    if (isNode(item.table)) {
      visitTable(item.table, seen);
      return withVariable(seen, item.table.alias ?? item.table.name);
    }
    if (isNode(item.subquery)) {
      visit(item.subquery.this, outer);
      return withVariable(seen, item.subquery.alias);
    }
    if (isNode(item.joined_table)) {
      const { left, joins } = item.joined_table;
      return listOf(joins).reduce<Scope>((scope, join) => visitItem(join, scope, outer), visitItem(left, seen, outer));
    }
    if (isNode(item.unnest)) {
      visit(item.unnest, seen);
      return withVariable(seen, item.unnest.alias);
    }
    // A join, an alias or a pivot around an item.
    const { this: wrapped, ...rest } = isNode(item.this) ? item : (oneOf(item) ?? {});
    const scope = isNode(wrapped) ? visitItem(wrapped, seen, outer) : seen;
    if (!isNode(wrapped)) visit(wrapped, scope);
    const named = withVariable(scope, rest.alias);
    visit(rest, named);
    return named;
  }

  function visitTable(table: Node, scope: Scope): void {
    const parts = [table.catalog, table.schema, table.name].map(nameOf).filter((part) => part !== undefined);
    const names = parts.join('.').split('.');
    const first = names[0]?.toLowerCase() ?? '';
    const own = names.length === 1 ? scope.queries.has(first) : parts.length > 1 && scope.variables.has(first);
    if (!own) tables.push({ parts: names, offset: offsetOf(table) });
    const { catalog: _catalog, schema: _schema, name: _name, alias: _alias, ...rest } = table;
    visit(rest, scope);
  }
}

const plus = (names: ReadonlySet<string>, name: string | undefined): ReadonlySet<string> =>
  name === undefined ? names : new Set([...names, name.toLowerCase()]);

function offsetOf(table: Node): number {
  for (const part of [table.catalog, table.schema, table.name]) {
    if (isNode(part) && isNode(part.span) && typeof part.span.start === 'number') return part.span.start;
  }
  return 0;
}
