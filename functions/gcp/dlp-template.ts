import type { DeidentifyTemplate, InspectTemplate } from '../model/dlp.ts';

/** Stored templates as DLP's client answers with them, as far as they are looked at here. */
interface Stored {
  updateTime?: { seconds?: unknown; nanos?: number | null } | null;
}
interface StoredInspection extends Stored {
  inspectConfig?: {
    limits?: {
      maxFindingsPerItem?: number | null;
      maxFindingsPerRequest?: number | null;
      maxFindingsPerInfoType?: readonly object[] | null;
    } | null;
  } | null;
}
interface StoredDeidentification extends Stored {
  deidentifyConfig?: {
    imageTransformations?: object | null;
    infoTypeTransformations?: { transformations?: readonly object[] | null } | null;
    recordTransformations?: {
      fieldTransformations?:
        | readonly {
            fields?: readonly { name?: string | null }[] | null;
            condition?: { expressions?: object | null } | null;
          }[]
        | null;
      recordSuppressions?: readonly object[] | null;
    } | null;
  } | null;
}

export function inspectTemplate({ inspectConfig, updateTime }: StoredInspection): InspectTemplate {
  const { maxFindingsPerItem, maxFindingsPerRequest, maxFindingsPerInfoType } = inspectConfig?.limits ?? {};
  const limits = [maxFindingsPerItem, maxFindingsPerRequest, maxFindingsPerInfoType?.length];
  return { kind: 'inspect', updatedAt: timeText(updateTime), limitsFindings: limits.some((limit) => limit) };
}

export function deidentifyTemplate({ deidentifyConfig, updateTime }: StoredDeidentification): DeidentifyTemplate {
  const records = deidentifyConfig?.recordTransformations;
  return {
    kind: 'deidentify',
    updatedAt: timeText(updateTime),
    madeFor: purposeOf(deidentifyConfig ?? {}),
    fields: (records?.fieldTransformations ?? []).map(({ fields, condition }) => ({
      names: (fields ?? []).flatMap(({ name }) => name ?? []),
      isConditional: Boolean(condition?.expressions),
    })),
    suppressesRecords: (records?.recordSuppressions ?? []).length > 0,
  };
}

function purposeOf({
  recordTransformations,
  imageTransformations,
  infoTypeTransformations,
}: NonNullable<StoredDeidentification['deidentifyConfig']>): DeidentifyTemplate['madeFor'] {
  if (recordTransformations) return 'records';
  if (imageTransformations) return 'images';
  return infoTypeTransformations?.transformations?.length ? 'info_types' : 'nothing';
}

/** To the nanosecond, so that two changes within a millisecond are told apart. */
function timeText(time: Stored['updateTime']): string {
  const seconds = new Date(Number(time?.seconds ?? 0) * 1000).toISOString().slice(0, -5);
  return `${seconds}.${String(time?.nanos ?? 0).padStart(9, '0')}Z`;
}
