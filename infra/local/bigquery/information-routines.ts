import type { RoutineRecord } from './catalog.ts';
import { readType } from './sql/analyze/type-nodes.ts';
import type { Parameter, Statement } from './sql/parse/statement-tree.ts';
import { parseScript } from './sql/parse/statements.ts';
import type { TypeNode } from './sql/parse/tree.ts';
import { renderType } from './sql/types.ts';

type Value = string | number | null;
type Row = Record<string, Value>;
type CreateRoutine = Extract<Statement, { kind: 'createFunction' | 'createTableFunction' | 'createProcedure' }>;

/** The statement that made a routine; another one cannot have been kept. */
function read(record: RoutineRecord): CreateRoutine {
  const statement = parseScript(record.text).statements[0]?.statement;
  if (
    statement?.kind === 'createFunction' ||
    statement?.kind === 'createTableFunction' ||
    statement?.kind === 'createProcedure'
  )
    return statement;
  throw new Error(`routine ${record.routine} was made by another statement`);
}

const specific = ({ project, dataset, routine }: RoutineRecord) => ({
  specific_catalog: project,
  specific_schema: dataset,
  specific_name: routine,
});

const typeText = (type: TypeNode) => renderType(readType(type));

/** INFORMATION_SCHEMA.ROUTINES. */
export function routineRow(record: RoutineRecord): Row {
  const statement = read(record);
  const script =
    statement.kind === 'createFunction' && statement.body.kind === 'javascript' ? statement.body : undefined;
  const returns = statement.kind === 'createFunction' ? statement.returns : undefined;
  return {
    ...specific(record),
    routine_catalog: record.project,
    routine_schema: record.dataset,
    routine_name: record.routine,
    routine_type: record.kind,
    data_type: returns ? typeText(returns) : null,
    routine_body: script ? 'EXTERNAL' : 'SQL',
    routine_definition: statement.bodyText,
    external_language: script ? 'JAVASCRIPT' : null,
    is_deterministic: script?.isDeterministic === undefined ? null : script.isDeterministic ? 'YES' : 'NO',
    created: record.created,
    last_altered: record.modified ?? record.created,
    ddl: record.text,
  };
}

/** INFORMATION_SCHEMA.PARAMETERS: what a function returns stands in front, at position 0. */
export function parameterRows(record: RoutineRecord): Row[] {
  const statement = read(record);
  const result = statement.kind === 'createFunction' && statement.returns;
  return [
    ...(result ? [{ ...specific(record), ordinal_position: 0, is_result: 'YES', data_type: typeText(result) }] : []),
    ...statement.parameters.map((parameter, i) => ({
      ...specific(record),
      ordinal_position: i + 1,
      parameter_mode: statement.kind === 'createProcedure' ? parameter.mode.toUpperCase() : null,
      is_result: 'NO',
      parameter_name: parameter.name.name,
      data_type: parameterType(parameter),
    })),
  ];
}

function parameterType({ type, table }: Parameter): string {
  if (table) return `TABLE<${table.map((column) => `${column.name.name} ${typeText(column.type)}`).join(', ')}>`;
  return type ? typeText(type) : 'ANY TYPE';
}

/** INFORMATION_SCHEMA.ROUTINE_OPTIONS. */
export function routineOptionRows(record: RoutineRecord): Row[] {
  return read(record).options.flatMap(({ name, value }): Row[] => {
    const texts = value.kind === 'array' ? value.elements : [value];
    if (texts.some((one) => one.kind !== 'literal')) return [];
    const quoted = texts.map((one) => (one.kind === 'literal' ? JSON.stringify(one.value) : ''));
    const isArray = value.kind === 'array';
    return [
      {
        ...specific(record),
        option_name: name.name.toLowerCase(),
        option_type: isArray ? 'ARRAY<STRING>' : 'STRING',
        option_value: isArray ? `[${quoted.join(', ')}]` : (quoted[0] ?? ''),
      },
    ];
  });
}
