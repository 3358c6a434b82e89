import { millisOf, type WireTime } from '../../wire-time.ts';
import type { FindingMessage } from '../wire/inspection.ts';

const column = (name: string, type: string, fields?: object[], mode = 'NULLABLE') => ({
  name,
  type,
  mode,
  ...(fields && { fields }),
});
const range = (name: string) => column(name, 'RECORD', [column('start', 'INTEGER'), column('end', 'INTEGER')]);

/** The columns of a findings table that hold something here, under Google's names. Source: "Schema of the findings table", the query guide. */
export const FINDING_COLUMNS: readonly object[] = [
  column('quote', 'STRING'),
  column('info_type', 'RECORD', [column('name', 'STRING')]),
  column('likelihood', 'STRING'),
  column('location', 'RECORD', [
    range('byte_range'),
    range('codepoint_range'),
    column(
      'content_locations',
      'RECORD',
      [
        column('container_name', 'STRING'),
        column('record_location', 'RECORD', [
          column('field_id', 'RECORD', [column('name', 'STRING')]),
          column('table_location', 'RECORD', [column('row_index', 'INTEGER')]),
        ]),
        column('document_location', 'RECORD', [column('file_offset', 'INTEGER')]),
      ],
      'REPEATED',
    ),
  ]),
  column('create_time', 'TIMESTAMP'),
  column('job_name', 'STRING'),
];

/** A finding and where the piece that it was found in stands. */
export interface PlacedFinding {
  finding: FindingMessage;
  container: string;
  fileOffset?: number;
  firstRow?: number;
}

export function renderFindingRow({ finding, container, fileOffset, firstRow }: PlacedFinding, jobName: string): object {
  const { location, infoType, likelihood, quote, createTime } = finding;
  const record = location.contentLocations?.[0]?.recordLocation;
  return {
    ...(quote === undefined ? {} : { quote }),
    ...(infoType ? { info_type: { name: infoType.name } } : {}),
    likelihood,
    location: {
      byte_range: location.byteRange,
      codepoint_range: location.codepointRange,
      content_locations: [
        {
          container_name: container,
          ...(record
            ? {
                record_location: {
                  field_id: { name: record.fieldId?.name },
                  table_location: { row_index: String(Number(record.tableLocation.rowIndex) + (firstRow ?? 0)) },
                },
              }
            : {}),
          ...(fileOffset === undefined ? {} : { document_location: { file_offset: String(fileOffset) } }),
        },
      ],
    },
    create_time: new Date(millisOf(createTime as WireTime)).toISOString(),
    job_name: jobName,
  };
}
