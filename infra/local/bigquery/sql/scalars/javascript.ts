import { ANY, type DuckDBConnection, DuckDBScalarFunction, DuckDBStructValue, VARCHAR } from '@duckdb/node-api';
import { plainArgument } from '../javascript/arguments.ts';
import type { JavaScriptDefinition } from '../javascript/definition.ts';
import { loadSandbox, runJavaScript } from '../javascript/sandbox.ts';

/** `bq_js(definition, struct_pack(…))` calls a JavaScript function; `bq_js_volatile` one that may answer anew for each row. */
export const JAVASCRIPT_CALL = 'bq_js';

/** What must be there before DuckDB runs the statement, which cannot wait for it in the middle. */
export function readied(sql: string): Promise<void> | undefined {
  return sql.includes(`${JAVASCRIPT_CALL}(`) || sql.includes(`${JAVASCRIPT_CALL}_volatile(`)
    ? loadSandbox()
    : undefined;
}

/** Makes them known to every connection of the database. Unlike other functions they take any types, and are called for NULL. */
export function registerJavaScript(connection: DuckDBConnection): void {
  for (const volatile of [false, true]) {
    const scalar = DuckDBScalarFunction.create({
      name: volatile ? `${JAVASCRIPT_CALL}_volatile` : JAVASCRIPT_CALL,
      parameterTypes: [VARCHAR, ANY],
      returnType: VARCHAR,
      specialHandling: true,
      volatile,
      mainFunction(info, input, output) {
        try {
          // The definition is a constant of the statement.
          const definition: JavaScriptDefinition = JSON.parse(String(input.getColumnVector(0).getItem(0)));
          const argument = input.getColumnVector(1);
          const rows = Array.from({ length: input.rowCount }, (_, row) => {
            const value = argument.getItem(row);
            const entries = value instanceof DuckDBStructValue ? Object.values(value.entries) : [];
            return definition.parameters.map(({ type }, i) => plainArgument(entries[i], type));
          });
          for (const [row, result] of runJavaScript(definition, rows).entries()) output.setItem(row, result);
          output.flush();
        } catch (error) {
          info.setError(`bq<${error instanceof Error ? error.message : String(error)}>bq`);
        }
      },
    });
    connection.registerScalarFunction(scalar);
  }
}
