import type { CustomInfoType, Dictionary, InspectConfig, InspectionRule } from '../wire/inspection.ts';
import type { ResourceStore } from './resource-store.ts';
import type { StoredInfoTypeBody } from './stored-info-types.ts';
import type { WordSources } from './word-sources.ts';

/** Puts what a configuration names into it: stored infoTypes, and dictionaries that lie in Cloud Storage. */
export async function resolveInspection(
  config: InspectConfig | null,
  stored: ResourceStore<StoredInfoTypeBody>,
  sources: WordSources,
): Promise<InspectConfig | null> {
  if (!config) return null;
  const dictionaryOf = async <T extends { dictionary?: Dictionary | null }>(holder: T): Promise<T> => {
    const path = holder.dictionary?.cloudStoragePath?.path;
    return path === undefined ? holder : { ...holder, dictionary: { wordList: { words: await sources.ofFile(path) } } };
  };
  const custom = async (infoType: CustomInfoType): Promise<CustomInfoType> => {
    if (!infoType.storedType) return dictionaryOf(infoType);
    const { storedType, ...rest } = infoType;
    const { config: from, words } = stored.get(storedType.name).body;
    return {
      ...rest,
      stored: true,
      ...(from.regex ? { regex: from.regex } : { dictionary: { wordList: { words: words ?? [] } } }),
    };
  };
  const rule = async (given: InspectionRule): Promise<InspectionRule> =>
    given.exclusionRule ? { ...given, exclusionRule: await dictionaryOf(given.exclusionRule) } : given;
  return {
    ...config,
    customInfoTypes: await Promise.all(config.customInfoTypes.map(custom)),
    ruleSet: await Promise.all(
      config.ruleSet.map(async (set) => ({ ...set, rules: await Promise.all(set.rules.map(rule)) })),
    ),
  };
}
