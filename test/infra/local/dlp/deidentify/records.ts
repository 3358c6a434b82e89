import { afterAll, beforeAll } from 'vitest';
import { type DlpServer, PARENT, startDlp } from '../dlp-server.ts';

export type Cell = Record<string, unknown>;
export const text = (stringValue: string): Cell => ({ stringValue });
export const tableOf = (headers: string[], rows: Cell[][]) => ({
  headers: headers.map((name) => ({ name })),
  rows: rows.map((values) => ({ values })),
});
export const PEOPLE = tableOf(
  ['AGE', 'PATIENT', 'SCORE'],
  [
    [text('101'), text('Charles'), { integerValue: 95 }],
    [text('22'), text('Jane'), { integerValue: 21 }],
    [{}, text('Mark'), { integerValue: 75 }],
  ],
);
export const MASK = { characterMaskConfig: { maskingCharacter: '*' } };
export const when = (field: string, operator: string, value?: Cell) => ({
  expressions: { logicalOperator: 'AND', conditions: { conditions: [{ field: { name: field }, operator, value }] } },
});

/** Record transformations over gRPC, by a server that lives as long as the test file. */
export function useRecords() {
  let server: DlpServer;
  beforeAll(async () => {
    server = await startDlp();
  });
  afterAll(() => server.close());
  return async function deidentify(recordTransformations: object, table = PEOPLE, more: object = {}) {
    const [response] = await server.grpc.deidentifyContent({
      parent: PARENT,
      item: { table },
      deidentifyConfig: { recordTransformations, ...more },
    });
    return response;
  };
}

type Response = Awaited<ReturnType<ReturnType<typeof useRecords>>>;

/** Each row's cells by the one field that is set; an empty cell is null. */
export function cellsOf(response: Response) {
  return response.item?.table?.rows?.map(({ values }) =>
    values?.map((value) => {
      const [set] = Object.entries(value).filter(
        ([key, each]) => key !== 'type' && each !== null && each !== undefined,
      );
      return set ? (typeof set[1] === 'object' ? String(set[1]) : set[1]) : null;
    }),
  );
}

export const columnOf = (response: Response, column: number) => cellsOf(response)?.map((row) => row?.[column]);
