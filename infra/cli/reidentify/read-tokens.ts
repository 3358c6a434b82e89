import { text } from 'node:stream/consumers';
import { UsageError } from '../errors.ts';

export interface Tokens {
  /** Absent = rows are chosen instead. */
  tokens?: readonly string[];
  /** Absent = no line had one. */
  contexts?: readonly string[];
}

/** Tokens as arguments, or from `input` where the only argument is `-`: one a line, each with its tweak behind a tab. */
export async function readTokens(args: readonly string[], input: NodeJS.ReadableStream): Promise<Tokens> {
  if (!args.includes('-')) return args.length > 0 ? { tokens: args } : {};
  if (args.length > 1) throw new UsageError('- reads all tokens from stdin: give no others beside it');
  const lines = (await text(input)).split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0) throw new UsageError('there was no token on stdin');
  const parts = lines.map((line) => line.split('\t', 2));
  const tokens = parts.map(([token = '']) => token);
  const contexts = parts.flatMap(([, context]) => context ?? []);
  if (contexts.length === 0) return { tokens };
  if (contexts.length < tokens.length)
    throw new UsageError(`${tokens.length - contexts.length} of the lines have no tweak behind a tab, and others do`);
  return { tokens, contexts };
}
