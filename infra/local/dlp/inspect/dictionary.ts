import { ApiError } from '../../api-error.ts';
import type { Dictionary } from '../wire/inspection.ts';
import type { Span } from './finding.ts';

/**
 * A custom dictionary: words in any letter case, all characters but letters and digits counting as blanks, and a match ending
 * where letters meet digits. Source: CustomInfoType.Dictionary in storage.proto.
 */
export interface WordList {
  /** Longest phrases, from left to right. */
  find(text: string): Span[];
  /** Whether phrases, one after the other, make up the whole text. */
  covers(text: string): boolean;
}

interface Token extends Span {
  /** In lower case; marked when it follows the one before without a gap, as `123` does in `jen123`. */
  word: string;
}

/** Phrases that share their beginning share its nodes. */
interface Node {
  next: Map<string, Node>;
  /** A phrase ends here. */
  ends: boolean;
}

/** Bounds the work at each word of a text. Google names no limit but the list's size. */
const LONGEST_PHRASE = 200;
const GLUE = '\0';

export function planDictionary(dictionary: Dictionary, where: string): WordList {
  if (dictionary.cloudStoragePath) {
    throw new ApiError('INTERNAL', `${where}: its words were not read from ${dictionary.cloudStoragePath.path}`);
  }
  const words = dictionary.wordList?.words ?? [];
  if (words.length === 0) throw invalid(`${where}: word_list.words must hold at least one phrase`);
  const root: Node = { next: new Map(), ends: false };
  words.forEach((phrase, index) => {
    if ((phrase.match(/[\p{L}\p{N}]/gu)?.length ?? 0) < 2) {
      throw invalid(
        `${where}: every phrase must contain at least 2 characters that are letters or digits, but word_list.words[${index}] does not`,
      );
    }
    const tokens = tokenize(phrase);
    if (tokens.length > LONGEST_PHRASE) {
      throw invalid(
        `${where}: the local cloud takes phrases of up to ${LONGEST_PHRASE} words, but word_list.words[${index}] has ${tokens.length}`,
      );
    }
    let node = root;
    for (const { word } of tokens) {
      const next = node.next.get(word) ?? { next: new Map(), ends: false };
      node.next.set(word, next);
      node = next;
    }
    node.ends = true;
  });
  return createWordList(root);
}

function createWordList(root: Node): WordList {
  /** How many tokens the longest phrase that begins at token `from` takes; 0 if none does. */
  function matchAt(tokens: readonly Token[], from: number): number {
    const first = tokens[from]?.word ?? '';
    let node = root.next.get(first.startsWith(GLUE) ? first.slice(GLUE.length) : first);
    let taken = 0;
    for (let at = from + 1; node; at++) {
      if (node.ends) taken = at - from;
      node = node.next.get(tokens[at]?.word ?? '');
    }
    return taken;
  }
  return {
    find(text) {
      const tokens = tokenize(text);
      const spans: Span[] = [];
      for (let at = 0; at < tokens.length; ) {
        const taken = matchAt(tokens, at);
        const first = tokens[at];
        const last = tokens[at + taken - 1];
        if (taken > 0 && first && last) spans.push({ start: first.start, end: last.end });
        at += Math.max(1, taken);
      }
      return spans;
    },
    covers(text) {
      const tokens = tokenize(text);
      let at = 0;
      while (at < tokens.length) {
        const taken = matchAt(tokens, at);
        if (taken === 0) return false;
        at += taken;
      }
      return at > 0;
    },
  };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let end = -1;
  for (const match of text.matchAll(/[\p{L}\p{M}]+|\p{N}+/gu)) {
    const word = match[0].toLowerCase();
    const start = match.index;
    tokens.push({ word: start === end ? GLUE + word : word, start, end: start + match[0].length });
    end = start + match[0].length;
  }
  return tokens;
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
