import type { DeidentifyTemplate, InspectTemplate, Transformed } from '../model/dlp.ts';

/** Stored templates as DLP's client answers with them, as far as they are looked at here. */
interface Stored {
  updateTime?: { seconds?: unknown; nanos?: number | null } | null;
}
interface InfoType {
  name?: string | null;
}
interface StoredInspection extends Stored {
  inspectConfig?: {
    infoTypes?: readonly InfoType[] | null;
    customInfoTypes?: readonly { infoType?: InfoType | null; exclusionType?: string | number | null }[] | null;
    limits?: {
      maxFindingsPerItem?: number | null;
      maxFindingsPerRequest?: number | null;
      maxFindingsPerInfoType?: readonly object[] | null;
    } | null;
  } | null;
}
interface InfoTypeTransformations {
  transformations?: readonly { infoTypes?: readonly InfoType[] | null }[] | null;
}
interface StoredDeidentification extends Stored {
  deidentifyConfig?: {
    imageTransformations?: object | null;
    infoTypeTransformations?: InfoTypeTransformations | null;
    recordTransformations?: {
      fieldTransformations?:
        | readonly {
            fields?: readonly { name?: string | null }[] | null;
            condition?: { expressions?: object | null } | null;
            infoTypeTransformations?: InfoTypeTransformations | null;
          }[]
        | null;
      recordSuppressions?: readonly object[] | null;
    } | null;
  } | null;
}

/** CustomInfoType.ExclusionType: EXCLUSION_TYPE_EXCLUDE, by name or by number. */
const EXCLUDES = new Set<string | number>(['EXCLUSION_TYPE_EXCLUDE', 1]);

export function inspectTemplate({ inspectConfig, updateTime }: StoredInspection): InspectTemplate {
  const { maxFindingsPerItem, maxFindingsPerRequest, maxFindingsPerInfoType } = inspectConfig?.limits ?? {};
  const limits = [maxFindingsPerItem, maxFindingsPerRequest, maxFindingsPerInfoType?.length];
  // What only excludes other findings is never found itself.
  const own = (inspectConfig?.customInfoTypes ?? []).filter(({ exclusionType }) => !EXCLUDES.has(exclusionType ?? 0));
  const infoTypes = [...(inspectConfig?.infoTypes ?? []), ...own.map(({ infoType }) => infoType)];
  return {
    kind: 'inspect',
    updatedAt: timeText(updateTime),
    infoTypes: infoTypes.flatMap((infoType) => infoType?.name ?? []),
    limitsFindings: limits.some((limit) => limit),
  };
}

export function deidentifyTemplate({ deidentifyConfig, updateTime }: StoredDeidentification): DeidentifyTemplate {
  const records = deidentifyConfig?.recordTransformations;
  return {
    kind: 'deidentify',
    updatedAt: timeText(updateTime),
    madeFor: purposeOf(deidentifyConfig ?? {}),
    transforms: transformedBy(deidentifyConfig?.infoTypeTransformations),
    fields: (records?.fieldTransformations ?? []).map(({ fields, condition, infoTypeTransformations }) => ({
      names: (fields ?? []).flatMap(({ name }) => name ?? []),
      isConditional: Boolean(condition?.expressions),
      transforms: infoTypeTransformations ? transformedBy(infoTypeTransformations) : 'all',
    })),
    suppressesRecords: (records?.recordSuppressions ?? []).length > 0,
  };
}

/** A transformation that names no infoType is applied to all that is found and that no other one names. */
function transformedBy(config: InfoTypeTransformations | null | undefined): Transformed {
  const each = (config?.transformations ?? []).map(({ infoTypes }) => infoTypes ?? []);
  return each.some((infoTypes) => infoTypes.length === 0) ? 'all' : each.flat().flatMap(({ name }) => name ?? []);
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
