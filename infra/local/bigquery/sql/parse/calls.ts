import { unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { fieldName, parseExpression } from './expressions.ts';
import { parseOrderBy, parseQuery } from './queries.ts';
import type { Call, Expr, FrameBound, Identifier, WindowSpec } from './tree.ts';

/** A function call with everything that GoogleSQL allows inside its parentheses, and its OVER clause. */
export function parseCall(c: Cursor): Call {
  const { at } = c.peek();
  const names: Identifier[] = [fieldName(c)];
  while (c.takes('.')) names.push(fieldName(c));
  const safe = names.length > 1 && names[0]?.name.toUpperCase() === 'SAFE';
  const call: Call = {
    kind: 'call',
    name: names
      .slice(safe ? 1 : 0)
      .map((name) => name.name.toUpperCase())
      .join('.'),
    path: names.slice(safe ? 1 : 0).flatMap((name) => (name.quoted ? name.name.split('.') : [name.name])),
    safe,
    args: [],
    named: [],
    aliases: new Map(),
    star: false,
    distinct: false,
    nulls: undefined,
    where: undefined,
    having: undefined,
    orderBy: [],
    limit: undefined,
    over: undefined,
    at,
  };
  c.expect('(');
  if (c.takes('*')) call.star = true;
  else parseArguments(c, call);
  parseModifiers(c, call);
  c.expect(')');
  if (c.takes('OVER')) {
    call.over = c.sees('(')
      ? parseWindowSpec(c)
      : { base: c.identifier(), partitionBy: [], orderBy: [], frame: undefined, at: c.peek().at };
  }
  return call;
}

function parseArguments(c: Cursor, call: Call): void {
  call.distinct = c.takes('DISTINCT');
  while (!c.sees(')') && !seesModifier(c)) {
    if (call.args.length + call.named.length > 0) c.expect(',');
    if (c.seesIdentifier() && c.peek(1).text === '=>') {
      const name = c.identifier();
      c.expect('=>');
      call.named.push({ name, value: parseArgument(c) });
    } else {
      call.args.push(parseArgument(c));
      if (c.takes('AS')) call.aliases.set(call.args.length - 1, c.identifier());
    }
  }
}

function parseModifiers(c: Cursor, call: Call): void {
  if (c.takes('IGNORE', 'NULLS')) call.nulls = 'ignore';
  else if (c.takes('RESPECT', 'NULLS')) call.nulls = 'respect';
  if (c.takes('WHERE')) call.where = parseExpression(c);
  // GoogleSQL's aggregates of aggregates, which BigQuery's reference does not list.
  if (c.sees('GROUP', 'BY')) throw unsupported('GROUP BY in an aggregate function', c.peek().at);
  if (c.takes('HAVING')) {
    const side = c.takes('MAX') ? 'max' : 'min';
    if (side === 'min') c.expect('MIN');
    call.having = { side, expr: parseExpression(c) };
  }
  if (c.takes('IGNORE', 'NULLS')) call.nulls = 'ignore';
  call.orderBy = parseOrderBy(c);
  if (c.takes('LIMIT')) call.limit = parseExpression(c);
}

function seesModifier(c: Cursor): boolean {
  return (
    c.sees('IGNORE', 'NULLS') ||
    c.sees('RESPECT', 'NULLS') ||
    c.sees('WHERE') ||
    c.sees('GROUP', 'BY') ||
    c.sees('HAVING') ||
    c.sees('ORDER', 'BY') ||
    c.sees('LIMIT')
  );
}

/** An argument may be a bare query (`ARRAY_TO_STRING(ARRAY(SELECT …))` is not one: that has its own parentheses). */
function parseArgument(c: Cursor): Expr {
  if (c.sees('SELECT') || (c.sees('WITH') && c.peek(1).text !== '('))
    return { kind: 'subquery', query: parseQuery(c), at: c.peek().at };
  return parseLambda(c) ?? parseExpression(c);
}

/** `e -> …` or `(e, i) -> …`. */
function parseLambda(c: Cursor): Expr | undefined {
  const { at } = c.peek();
  const parameters: Identifier[] = [];
  if (c.seesIdentifier() && c.peek(1).text === '->') parameters.push(c.identifier());
  else if (c.sees('(')) {
    let ahead = 1;
    while (c.seesIdentifier(ahead) && c.peek(ahead + 1).text === ',') ahead += 2;
    if (!c.seesIdentifier(ahead) || c.peek(ahead + 1).text !== ')' || c.peek(ahead + 2).text !== '->') return undefined;
    c.next();
    do parameters.push(c.identifier());
    while (c.takes(','));
    c.expect(')');
  } else return undefined;
  c.expect('->');
  return { kind: 'lambda', parameters, body: parseExpression(c), at };
}

export function parseWindowSpec(c: Cursor): WindowSpec {
  const { at } = c.expect('(');
  const spec: WindowSpec = { base: undefined, partitionBy: [], orderBy: [], frame: undefined, at };
  if (c.seesIdentifier() && !c.sees('PARTITION', 'BY') && !c.sees('ROWS') && !c.sees('RANGE'))
    spec.base = c.identifier();
  if (c.takes('PARTITION', 'BY')) {
    do spec.partitionBy.push(parseExpression(c));
    while (c.takes(','));
  }
  spec.orderBy = parseOrderBy(c);
  if (c.sees('ROWS') || c.sees('RANGE')) {
    const unit = c.next().word as 'ROWS' | 'RANGE';
    if (c.takes('BETWEEN')) {
      const start = parseBound(c);
      c.expect('AND');
      spec.frame = { unit, start, end: parseBound(c) };
    } else spec.frame = { unit, start: parseBound(c), end: { kind: 'current row' } };
  }
  c.expect(')');
  return spec;
}

function parseBound(c: Cursor): FrameBound {
  if (c.takes('UNBOUNDED')) {
    if (c.takes('PRECEDING')) return { kind: 'unbounded preceding' };
    c.expect('FOLLOWING');
    return { kind: 'unbounded following' };
  }
  if (c.takes('CURRENT', 'ROW')) return { kind: 'current row' };
  const count = parseExpression(c);
  if (c.takes('PRECEDING')) return { kind: 'preceding', count };
  c.expect('FOLLOWING');
  return { kind: 'following', count };
}
