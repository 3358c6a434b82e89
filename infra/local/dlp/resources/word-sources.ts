import { readFile } from 'node:fs/promises';
import { ApiError } from '../../api-error.ts';
import type { Files } from '../../storage/files.ts';
import { parseStorageUrl } from '../jobs/storage-url.ts';
import type { TableReader } from '../jobs/table-reader.ts';
import type { LargeCustomDictionary } from './stored-info-types.ts';

/** Where dictionaries are read from. */
export interface WordSources {
  /** "Newline-delimited file of words in Cloud Storage. Only a single file is accepted." Source: storage.proto. */
  ofFile(path: string): Promise<string[]>;
  ofLargeDictionary(dictionary: LargeCustomDictionary): Promise<string[]>;
}

export function createWordSources(files: Files | undefined, tables: TableReader | undefined): WordSources {
  async function wordsIn(path: string): Promise<string[]> {
    const text = await readFile(path, 'utf8');
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
  }
  const need = (): Files => {
    if (files) return files;
    throw new ApiError(
      'UNIMPLEMENTED',
      'dictionaries in Cloud Storage need the local Cloud Storage, which is not running here',
    );
  };
  return {
    async ofFile(path) {
      const { bucket, pattern } = parseStorageUrl(path, 'cloud_storage_path.path');
      const found = need().open(bucket, pattern);
      if (!found) throw new ApiError('NOT_FOUND', `No such object: ${bucket}/${pattern}`);
      return wordsIn(found.path);
    },
    async ofLargeDictionary({ cloudStorageFileSet, bigQueryField }) {
      if (cloudStorageFileSet) {
        const { bucket, pattern } = parseStorageUrl(cloudStorageFileSet.url, 'cloud_storage_file_set.url');
        const found = need().match(bucket, pattern);
        if (found.length === 0) throw new ApiError('NOT_FOUND', `No object matches ${cloudStorageFileSet.url}`);
        return (await Promise.all(found.map(({ path }) => wordsIn(path)))).flat();
      }
      if (bigQueryField?.table && bigQueryField.field) {
        if (!tables)
          throw new ApiError(
            'UNIMPLEMENTED',
            'dictionaries in BigQuery need the local BigQuery, which is not running here',
          );
        const words: string[] = [];
        const field = bigQueryField.field.name;
        for await (const { headers, rows } of tables.read(bigQueryField.table)) {
          const column = headers.findIndex(({ name }) => name === field);
          if (column < 0)
            throw new ApiError('INVALID_ARGUMENT', `big_query_field.field ${field} is no column of the table`);
          for (const { values } of rows) {
            const word = values[column]?.stringValue;
            if (word) words.push(word);
          }
        }
        return words;
      }
      throw new ApiError(
        'INVALID_ARGUMENT',
        'large_custom_dictionary must hold a cloud_storage_file_set or a big_query_field',
      );
    },
  };
}
