import { ApiError } from '../../api-error.ts';
import type { RpcService } from '../../rpc.ts';
import { type PageRequest, readPage } from '../../wire-page.ts';
import { wireOfMillis } from '../../wire-time.ts';
import { planDictionary } from '../inspect/dictionary.ts';
import { compilePattern } from '../inspect/pattern.ts';
import type { Dictionary, Regex } from '../wire/inspection.ts';
import { canonicalParent, checkOrder, type Resource, type ResourceStore, resourceId } from './resource-store.ts';
import type { WordSources } from './word-sources.ts';

const MAX_PAGE = 100;

export interface LargeCustomDictionary {
  outputPath: { path: string } | null;
  cloudStorageFileSet?: { url: string } | null;
  bigQueryField?: {
    table: { projectId: string; datasetId: string; tableId: string } | null;
    field: { name: string } | null;
  } | null;
}

interface StoredConfig {
  displayName: string;
  description: string;
  largeCustomDictionary?: LargeCustomDictionary | null;
  dictionary?: Dictionary | null;
  regex?: Regex | null;
}

/** A version is a snapshot: its words are those that its source held when it was made. */
export interface StoredInfoTypeBody {
  config: StoredConfig;
  words?: string[];
  versionMs: number;
}

interface Tools {
  now(): number;
  newId(): string;
  checkParent(parent: string): void;
  sources: WordSources;
}

/** Stored infoTypes. Google builds a version in the background; here it is built before the call returns, or the call fails. */
export function storedInfoTypeMethods(store: ResourceStore<StoredInfoTypeBody>, tools: Tools): RpcService['methods'] {
  const { now, newId, checkParent, sources } = tools;

  async function build(config: StoredConfig | null): Promise<StoredInfoTypeBody> {
    if (!config) throw invalid('config must be set');
    const where = 'config';
    if (config.regex) {
      compilePattern(config.regex, where, { spent: 0 });
      return { config, versionMs: now() };
    }
    if (config.dictionary) {
      const words = config.dictionary.cloudStoragePath
        ? await sources.ofFile(config.dictionary.cloudStoragePath.path)
        : (config.dictionary.wordList?.words ?? []);
      planDictionary({ wordList: { words } }, where);
      return { config, words, versionMs: now() };
    }
    if (!config.largeCustomDictionary)
      throw invalid('config must hold a large_custom_dictionary, a dictionary or a regex');
    const words = await sources.ofLargeDictionary(config.largeCustomDictionary);
    planDictionary({ wordList: { words } }, where);
    return { config, words, versionMs: now() };
  }

  const render = ({ name, body }: Resource<StoredInfoTypeBody>): object => ({
    name,
    currentVersion: {
      config: body.config,
      createTime: wireOfMillis(body.versionMs),
      state: 'READY',
      errors: [],
      ...(body.config.largeCustomDictionary
        ? { stats: { largeCustomDictionary: { approxNumPhrases: String(body.words?.length ?? 0) } } }
        : {}),
    },
    pendingVersions: [],
  });

  return {
    async CreateStoredInfoType(request: { parent: string; config: StoredConfig | null; storedInfoTypeId: string }) {
      checkParent(request.parent);
      const id = resourceId(request.storedInfoTypeId, 'stored_info_type_id', newId);
      const body = await build(request.config);
      const name = `${canonicalParent(request.parent)}/storedInfoTypes/${id}`;
      const resource = { name, body, createMs: now(), updateMs: now() };
      store.insert(resource);
      return render(resource);
    },
    GetStoredInfoType: ({ name }: { name: string }) => render(store.get(name)),
    ListStoredInfoTypes(request: PageRequest & { parent: string; orderBy: string }) {
      checkParent(request.parent);
      checkOrder(request.orderBy);
      const prefix = `${canonicalParent(request.parent)}/storedInfoTypes/`;
      const page = readPage(request, prefix, MAX_PAGE, store.list, ({ name }) => name);
      return { storedInfoTypes: page.items.map(render), nextPageToken: page.nextPageToken };
    },
    /** "This will create a new version": without a configuration from the same source, as it is now. */
    async UpdateStoredInfoType(request: { name: string; config: StoredConfig | null }) {
      const current = store.get(request.name);
      const resource = { ...current, body: await build(request.config ?? current.body.config), updateMs: now() };
      store.update(resource);
      return render(resource);
    },
    DeleteStoredInfoType({ name }: { name: string }) {
      store.remove(name);
      return {};
    },
  };
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
