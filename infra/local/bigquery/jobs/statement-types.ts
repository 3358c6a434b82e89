import type { Analyzed } from '../sql/analyze/statement.ts';

/** `statistics.query.statementType` of a statement by itself. */
export function statementTypeOf(statement: Analyzed, asSelect: boolean): string {
  switch (statement.kind) {
    case 'query':
      return 'SELECT';
    case 'insert':
      return 'INSERT';
    case 'update':
      return 'UPDATE';
    case 'delete':
      return 'DELETE';
    case 'merge':
      return 'MERGE';
    case 'truncate':
      return 'TRUNCATE_TABLE';
    case 'createSchema':
      return 'CREATE_SCHEMA';
    case 'createTable':
      if (statement.snapshot) return 'CREATE_SNAPSHOT_TABLE';
      return asSelect ? 'CREATE_TABLE_AS_SELECT' : 'CREATE_TABLE';
    case 'createView':
      return statement.materialized ? 'CREATE_MATERIALIZED_VIEW' : 'CREATE_VIEW';
    case 'drop':
      return statement.what === 'SNAPSHOT' ? 'DROP_SNAPSHOT_TABLE' : `DROP_${statement.what}`;
    case 'alter':
      return `ALTER_${statement.what}`;
    case 'createFunction':
      return 'CREATE_FUNCTION';
    case 'createTableFunction':
      return 'CREATE_TABLE_FUNCTION';
    case 'createProcedure':
      return 'CREATE_PROCEDURE';
    case 'dropRoutine':
      return `DROP_${statement.what.replace(' ', '_')}`;
    case 'exportData':
      return 'EXPORT_DATA';
    case 'loadData':
      return 'LOAD_DATA';
    case 'assert':
      return 'ASSERT';
  }
}
