import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { RoutineRecord } from '../catalog.ts';
import { JobFailure, notSupported, toFailure } from '../errors.ts';
import { type Engine, requireDataset } from '../jobs/engine.ts';
import { readRoutineOptions } from '../jobs/routine-options.ts';
import { type CreateRoutine, createRoutine, wordOf } from '../jobs/routines.ts';
import { surroundingsOf } from '../jobs/script/surroundings.ts';
import { planStatement } from '../sql/analyze/statement.ts';
import { readType } from '../sql/analyze/type-nodes.ts';
import type { ColumnTypes, Parameter } from '../sql/parse/statement-tree.ts';
import { parseScript } from '../sql/parse/statements.ts';
import { isRangeKind, RANGE_ELEMENTS, type SqlType } from '../sql/types.ts';
import { answer, decodeToken, encodeToken, type Query, readCount } from './request.ts';

interface Params {
  project: string;
  dataset: string;
  routine: string;
}

/** google.cloud.bigquery.v2.StandardSqlDataType. */
interface DataType {
  typeKind?: string;
  arrayElementType?: DataType;
  rangeElementType?: DataType;
  structType?: { fields?: { name?: string; type?: DataType }[] };
}

/** google.cloud.bigquery.v2.StandardSqlTableType. */
interface TableType {
  columns?: { name?: string; type?: DataType }[];
}

/** What a client says of a routine; the rest of Google's resource is for languages that are refused. */
interface RoutineBody {
  routineReference?: { routineId?: string };
  routineType?: string;
  language?: string;
  arguments?: {
    name?: string;
    argumentKind?: string;
    mode?: string;
    dataType?: DataType;
    tableType?: TableType;
    /** Of aggregate functions: false is NOT AGGREGATE. */
    isAggregate?: boolean;
  }[];
  returnType?: DataType;
  returnTableType?: TableType;
  importedLibraries?: string[];
  determinismLevel?: string;
  description?: string;
  definitionBody?: string;
}

/** Functions and procedures, which SQL makes: list, get, insert, update and delete. */
export function routineRoutes(app: FastifyInstance, prefix: string, engine: Engine): void {
  const root = `${prefix}/projects/:project/datasets/:dataset/routines`;

  app.get<{ Params: Params; Querystring: Query }>(root, ({ params, query }) =>
    answer(() => {
      requireDataset(engine, params.project, params.dataset);
      const limit = readCount(query.maxResults, 'maxResults') ?? 1000;
      const from = Number(decodeToken(query.pageToken) ?? 0);
      const all = engine.catalog
        .routines(params.project, params.dataset)
        .sort((a, b) => (a.routine < b.routine ? -1 : 1));
      return {
        ...(from + limit < all.length && { nextPageToken: encodeToken(from + limit) }),
        routines: all.slice(from, from + limit).map(render),
      };
    }),
  );
  app.get<{ Params: Params }>(`${root}/:routine`, ({ params }) => answer(() => render(requireRoutine(engine, params))));
  app.post<{ Params: Params; Body: RoutineBody }>(root, ({ params, body }) =>
    answer(async () => {
      const routine = body?.routineReference?.routineId;
      if (!routine) throw new JobFailure('invalid', 'Required parameter is missing: routineReference.routineId');
      return render(await write(engine, { ...params, routine }, body, false));
    }),
  );
  app.put<{ Params: Params; Body: RoutineBody }>(`${root}/:routine`, ({ params, body }) =>
    answer(async () => {
      requireRoutine(engine, params);
      return render(await write(engine, params, body ?? {}, true));
    }),
  );
  app.delete<{ Params: Params }>(`${root}/:routine`, ({ params }, reply) =>
    answer(async () => {
      const record = requireRoutine(engine, params);
      await engine.warehouse.transaction((tx) => engine.catalog.dropRoutine(tx, record));
      return reply.code(204).send();
    }),
  );
}

function requireRoutine(engine: Engine, { project, dataset, routine }: Params): RoutineRecord {
  requireDataset(engine, project, dataset);
  const record = engine.catalog.routine({ project, dataset, routine });
  if (!record) throw new JobFailure('notFound', `Not found: Routine ${project}:${dataset}.${routine}`);
  return record;
}

/** The routine as the statement that would make it: what SQL refuses is refused here too. */
async function write(engine: Engine, params: Params, body: RoutineBody, replaces: boolean): Promise<RoutineRecord> {
  const text = renderStatement(params, body, replaces);
  try {
    const statement = parseCreate(text);
    const caller = { job: { project: params.project, id: '' }, query: {} };
    const job = { project: params.project, configuration: { query: {} } };
    planStatement(statement, surroundingsOf(engine, job, engine.clock.now(), undefined));
    await engine.warehouse.transaction((tx) => createRoutine(engine, tx, caller, statement));
  } catch (error) {
    throw toFailure(error, text);
  }
  return requireRoutine(engine, params);
}

function renderStatement({ project, dataset, routine }: Params, body: RoutineBody, replaces: boolean): string {
  const isJavaScript = body.language === 'JAVASCRIPT';
  if (!isJavaScript && body.language && body.language !== 'SQL' && body.language !== 'LANGUAGE_UNSPECIFIED')
    throw notSupported(`routines in ${body.language}`);
  if (isJavaScript && body.routineType !== 'SCALAR_FUNCTION') throw notSupported(`${body.routineType} in JavaScript`);
  for (const part of [project, dataset, routine])
    if (/[`\\]/.test(part)) throw new JobFailure('invalid', `Invalid routine ID "${routine}"`);
  if (!body.definitionBody) throw new JobFailure('invalid', 'Required parameter is missing: definitionBody');
  const name = `\`${project}\`.\`${dataset}\`.\`${routine}\``;
  const create = replaces ? 'CREATE OR REPLACE' : 'CREATE';
  const parameters = (body.arguments ?? []).map(
    ({ name: argument, argumentKind, mode, dataType, tableType, isAggregate }) =>
      `${mode && mode !== 'MODE_UNSPECIFIED' ? `${mode} ` : ''}\`${argument ?? ''}\` ${argumentKind === 'ANY_TYPE' ? 'ANY TYPE' : tableType ? tableText(tableType) : typeText(dataType)}${isAggregate === false ? ' NOT AGGREGATE' : ''}`,
  );
  const returns = body.returnType ? ` RETURNS ${typeText(body.returnType)}` : '';
  const options = optionsText(body);
  const head = `${name}(${parameters.join(', ')})`;
  switch (body.routineType) {
    case 'SCALAR_FUNCTION':
    case 'AGGREGATE_FUNCTION': {
      const aggregate = body.routineType === 'AGGREGATE_FUNCTION' ? 'AGGREGATE ' : '';
      if (!isJavaScript)
        return `${create} ${aggregate}FUNCTION ${head}${returns} AS (\n${body.definitionBody}\n)${options}`;
      const determinism = DETERMINISM[body.determinismLevel ?? ''] ?? '';
      return `${create} ${aggregate}FUNCTION ${head}${returns}${determinism} LANGUAGE js${options} AS ${JSON.stringify(body.definitionBody)}`;
    }
    case 'TABLE_VALUED_FUNCTION': {
      const table = body.returnTableType ? ` RETURNS ${tableText(body.returnTableType)}` : '';
      return `${create} TABLE FUNCTION ${head}${table}${options} AS ${body.definitionBody}`;
    }
    case 'PROCEDURE':
      return `${create} PROCEDURE ${head}${options}\n${body.definitionBody}`;
    default:
      throw notSupported(`routineType ${body.routineType}`);
  }
}

const DETERMINISM: Record<string, string> = {
  DETERMINISTIC: ' DETERMINISTIC',
  NOT_DETERMINISTIC: ' NOT DETERMINISTIC',
};

function optionsText({ description, importedLibraries }: RoutineBody): string {
  const options = [
    ...(importedLibraries?.length ? [`library=${JSON.stringify(importedLibraries.map(String))}`] : []),
    ...(description !== undefined ? [`description=${JSON.stringify(String(description))}`] : []),
  ];
  return options.length === 0 ? '' : ` OPTIONS(${options.join(', ')})`;
}

const tableText = ({ columns = [] }: TableType) =>
  `TABLE<${columns.map((column) => `\`${column.name ?? ''}\` ${typeText(column.type)}`).join(', ')}>`;

/** One statement that makes a routine. Throws SqlError for anything else. */
function parseCreate(text: string): CreateRoutine {
  const { statements } = parseScript(text);
  const [first] = statements;
  if (statements.length === 1 && first) {
    const { statement } = first;
    if (
      statement.kind === 'createFunction' ||
      statement.kind === 'createTableFunction' ||
      statement.kind === 'createProcedure'
    )
      return statement;
  }
  throw new JobFailure('invalid', 'The definition of a routine must be one expression, one query or one block');
}

function typeText(type: DataType | undefined): string {
  const kind = String(type?.typeKind ?? '');
  if (kind === 'ARRAY') return `ARRAY<${typeText(type?.arrayElementType)}>`;
  if (kind === 'RANGE') return `RANGE<${typeText(type?.rangeElementType)}>`;
  if (kind === 'STRUCT') {
    const fields = (type?.structType?.fields ?? []).map((field) =>
      `${field.name ? `\`${field.name}\` ` : ''}${typeText(field.type)}`.trim(),
    );
    return `STRUCT<${fields.join(', ')}>`;
  }
  if (!/^[A-Z0-9]+$/.test(kind)) throw new JobFailure('invalid', `Invalid typeKind: ${JSON.stringify(kind)}`);
  return kind;
}

const TYPES = { createTableFunction: 'TABLE_VALUED_FUNCTION', createProcedure: 'PROCEDURE' } as const;

function render(record: RoutineRecord): object {
  const statement = parseCreate(record.text);
  const script =
    statement.kind === 'createFunction' && statement.body.kind === 'javascript' ? statement.body : undefined;
  const { description } = readRoutineOptions(statement.options, wordOf(statement));
  const isProcedure = statement.kind === 'createProcedure';
  const returns = isProcedure ? undefined : statement.returns;
  return {
    etag: `"${createHash('sha256').update(record.text).digest('base64url').slice(0, 22)}"`,
    routineReference: { projectId: record.project, datasetId: record.dataset, routineId: record.routine },
    routineType:
      statement.kind === 'createFunction'
        ? statement.isAggregate
          ? 'AGGREGATE_FUNCTION'
          : 'SCALAR_FUNCTION'
        : TYPES[statement.kind],
    language: script ? 'JAVASCRIPT' : 'SQL',
    creationTime: String(record.created),
    lastModifiedTime: String(record.modified ?? record.created),
    ...(statement.parameters.length > 0 && {
      arguments: statement.parameters.map((one) => renderArgument(one, isProcedure)),
    }),
    ...(returns &&
      (Array.isArray(returns)
        ? { returnTableType: renderTableType(returns) }
        : { returnType: renderDataType(readType(returns)) })),
    ...(script && script.libraries.length > 0 && { importedLibraries: script.libraries.map(({ uri }) => uri) }),
    ...(script?.isDeterministic !== undefined && {
      determinismLevel: script.isDeterministic ? 'DETERMINISTIC' : 'NOT_DETERMINISTIC',
    }),
    ...(description !== undefined && { description }),
    definitionBody: statement.bodyText,
  };
}

const renderTableType = (columns: ColumnTypes): TableType => ({
  columns: columns.map(({ name, type }) => ({ name: name.name, type: renderDataType(readType(type)) })),
});

const renderArgument = ({ name, type, table, mode, notAggregate }: Parameter, ofProcedure: boolean): object => ({
  name: name.name,
  ...(notAggregate && { isAggregate: false }),
  ...(ofProcedure && { mode: mode.toUpperCase() }),
  ...(table
    ? { argumentKind: 'FIXED_TABLE', tableType: renderTableType(table) }
    : type
      ? { dataType: renderDataType(readType(type)) }
      : { argumentKind: 'ANY_TYPE' }),
});

function renderDataType(type: SqlType): DataType {
  if (type.kind === 'ARRAY') return { typeKind: 'ARRAY', arrayElementType: renderDataType(type.element) };
  if (type.kind !== 'STRUCT') {
    if (!isRangeKind(type.kind)) return { typeKind: type.kind };
    return { typeKind: 'RANGE', rangeElementType: { typeKind: RANGE_ELEMENTS[type.kind] } };
  }
  const fields = type.fields.map(({ name, type: of }) => ({
    ...(name !== undefined && { name }),
    type: renderDataType(of),
  }));
  return { typeKind: 'STRUCT', structType: { fields } };
}
