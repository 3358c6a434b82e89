import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import type { Path, ProblemCode } from './problem.ts';

export interface Position {
  line: number;
  column: number;
}

export interface YamlDocument {
  /** Plain data; undefined when the text is not YAML. */
  value: unknown;
  faults: readonly (Position & { code: ProblemCode; message: string; remedy: string })[];
  /** Where the last part of the path that exists begins: its key, or its place in a list. */
  locate(path: Path): Position;
}

/** Aliases may repeat a node at most this often, so that a few lines cannot unfold into gigabytes. */
const MAX_ALIASES = 100;

/** Parses one YAML 1.2 document. Positions are those of `text`, so a header is handed in with its surroundings blanked. */
export function parseYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const root: Node | null = document.contents;

  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const place = at(pos[0]);
    if (code !== 'DUPLICATE_KEY') {
      const remedy = 'mend the YAML here; check indentation and quotes';
      return { ...place, code: 'YAML_SYNTAX' as ProblemCode, message: `not valid YAML: ${message}`, remedy };
    }
    const key = text
      .slice(...pos)
      .replace(/:.*/s, '')
      .trim();
    return { ...place, code, message: `\`${key}\` stands twice in one map`, remedy: 'keep one of the two' };
  });

  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return;
      // `files: **/*.csv` is, to YAML, an alias of something named `*/*.csv`.
      const message = `not valid YAML: nothing is named \`&${node.source}\``;
      faults.push({
        ...at(node.range?.[0] ?? 0),
        code: 'YAML_SYNTAX',
        message,
        remedy: 'write text that begins with `*` in quotes',
      });
    },
  });

  const locate = (path: Path): Position => {
    let node: unknown = root;
    let offset = startOf(root) ?? 0;
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = node.items.find((item) => keyText(item) === String(part));
        if (pair === undefined) break;
        offset = startOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node) && typeof part === 'number') {
        node = node.items[part];
        offset = startOf(node) ?? offset;
      } else break;
    }
    return at(offset);
  };

  return { value: faults.length > 0 ? undefined : readValue(), faults, locate };

  function readValue(): unknown {
    try {
      return document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      // Thrown for an alias that is used too often.
      const message = error instanceof Error ? error.message : String(error);
      faults.push({ ...at(0), code: 'YAML_SYNTAX', message, remedy: 'write the repeated parts out' });
      return undefined;
    }
  }
}

const keyText = (pair: Pair): string | undefined => (isScalar(pair.key) ? String(pair.key.value) : undefined);

function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
