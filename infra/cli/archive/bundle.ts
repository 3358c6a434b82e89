import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/** A file of the archive, by its path there. */
export interface ArchiveFile {
  path: string;
  text: string;
}

/** What stays in node_modules: the framework, which Google's buildpack looks for there, and DuckDB, which is native. */
export const EXTERNAL = ['@google-cloud/functions-framework', '@duckdb/node-api'] as const;

/** The functions' one entry, in the repository and in the archive. */
const ENTRY = './functions/index.ts';
export const ARCHIVE_ENTRY = 'functions/index.js';

/**
 * The functions and Google's clients as a few files, a chunk an import that is lazy: reading some 600 small files and
 * stripping types took half of a cold start (`npm run bench`).
 */
export async function bundleFunctions(root: string): Promise<ArchiveFile[]> {
  const bundle = await rolldown({
    cwd: resolve(root),
    input: { index: ENTRY },
    platform: 'node',
    external: [...EXTERNAL],
    plugins: [inlineJson, dropStaticProtos],
    onLog(level, log) {
      if (level === 'warn' && log.code === 'UNRESOLVED_IMPORT')
        throw new Error(`the functions import what is not installed: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    dir: 'functions',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // CommonJS inside names its own place; nothing that Sluice calls reads a file from there.
    banner: 'const __dirname = import.meta.dirname;\nconst __filename = import.meta.filename;',
  });
  await bundle.close();
  return output
    .map((part) => ({
      path: `functions/${part.fileName}`,
      text: part.type === 'chunk' ? part.code : String(part.source),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** As the client of Cloud Tasks reads its protocol: the path is put together at run time, and would point beside the bundle. */
const GET_JSON = /getJSON\(path\.join\(dirname((?:, '[^']+')+)\)\)/g;

const inlineJson: Plugin = {
  name: 'inline-json',
  transform: {
    filter: { id: /\/@google-cloud\/.*\.js$/, code: 'getJSON(path.join(dirname' },
    handler: (code, id) =>
      code.replace(GET_JSON, (_, parts: string) => {
        const path = [...parts.matchAll(/'([^']+)'/g)].map(([, part]) => part ?? '');
        const json: unknown = JSON.parse(readFileSync(join(dirname(id), ...path), 'utf8'));
        return `/* @__PURE__ */ JSON.parse(${JSON.stringify(JSON.stringify(json))})`;
      }),
  },
};

/** Message classes for those who put protocol buffers together by hand, which we do for DLP alone: 2.5 MB for the others. */
const dropStaticProtos: Plugin = {
  name: 'drop-static-protos',
  load: {
    filter: { id: /\/@google-cloud\/(?!dlp\/)[^/]+\/build\/protos\/protos\.(?:c?js)$/ },
    handler: () => ({ code: 'export {};', moduleType: 'js' }),
  },
};
