import { DATE_DIGITS, type PatternPart } from './file-pattern.ts';

/**
 * A name that both patterns match, or nothing when there is none. Exact: a pattern is a small automaton, and two of them
 * share a word just when the end of both is reached in their product. States are at most the patterns' lengths, so the
 * product of two hundred-letter patterns has some 10,000.
 */
export function findOverlap(left: readonly PatternPart[], right: readonly PatternPart[]): string | undefined {
  const [a, b] = [automaton(left), automaton(right)];
  const key = (i: number, j: number) => i * b.length + j;
  const seen = new Map<number, { from: number | undefined; character: string }>([
    [0, { from: undefined, character: '' }],
  ]);
  const queue: [number, number][] = [[0, 0]];

  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [i, j] = next;
    if (i === a.length - 1 && j === b.length - 1) return spell(key(i, j));
    for (const [toI, toJ, character] of steps(i, j)) {
      if (seen.has(key(toI, toJ))) continue;
      seen.set(key(toI, toJ), { from: key(i, j), character });
      queue.push([toI, toJ]);
    }
  }
  return undefined;

  /** Moves that both automata make on one character, and moves of either on none. */
  function* steps(i: number, j: number): Generator<[number, number, string]> {
    for (const one of a[i] ?? []) {
      if (one.on === undefined) yield [one.to, j, ''];
      else {
        for (const other of b[j] ?? []) {
          const character = other.on === undefined ? undefined : common(one.on, other.on);
          if (character !== undefined) yield [one.to, other.to, character];
        }
      }
    }
    for (const other of b[j] ?? []) if (other.on === undefined) yield [i, other.to, ''];
  }

  function spell(end: number): string {
    let name = '';
    for (let at = seen.get(end); at?.from !== undefined; at = seen.get(at.from)) name = at.character + name;
    return name;
  }
}

/** UTF-16 units, as the regular expression reads them: one exact, a range, all but the slash, or all. */
type Characters = { from: string; to: string } | 'no slash' | 'any';

/** A move on one character, or on none. */
interface Move {
  on: Characters | undefined;
  to: number;
}

/** Moves by state; 0 is the start and the last is the end. */
type Automaton = Move[][];

function automaton(parts: readonly PatternPart[]): Automaton {
  const states: Automaton = [[]];
  const last = () => states.length - 1;
  const move = (from: number, on: Characters | undefined, to: number) => states[from]?.push({ on, to });
  const read = (on: Characters) => {
    states.push([]);
    move(last() - 1, on, last());
  };

  const readLiteral = (text: string) => {
    for (const unit of text.split('')) read({ from: unit, to: unit });
  };

  for (const part of parts) {
    switch (part.kind) {
      case 'literal':
        readLiteral(part.text);
        break;
      case 'within':
      case 'across':
        // The loop has a state of its own: on the one before it, it would repeat that one's character too.
        states.push([]);
        move(last() - 1, undefined, last());
        move(last(), part.kind === 'within' ? 'no slash' : 'any', last());
        states.push([]);
        move(last() - 1, undefined, last());
        break;
      case 'date':
        for (const piece of part.parts) {
          if (piece.kind === 'literal') readLiteral(piece.text);
          else readEither(DATE_DIGITS[piece.token]);
        }
    }
  }
  return states;

  /** All alternatives leave one state and meet again in the next. */
  function readEither(alternatives: readonly string[]): void {
    const start = last();
    const ends: number[] = [];
    for (const digits of alternatives) {
      states.push([]);
      move(start, undefined, last());
      for (const range of digits.split(' ')) read({ from: range.charAt(0), to: range.charAt(range.length - 1) });
      ends.push(last());
    }
    states.push([]);
    for (const end of ends) move(end, undefined, last());
  }
}

/** A character that both read; a plain letter where there is a choice, since a person will read the example. */
function common(a: Characters, b: Characters): string | undefined {
  if (typeof a === 'string') {
    if (typeof b === 'string') return 'x';
    return a === 'no slash' && b.from === '/' ? undefined : b.from;
  }
  if (typeof b === 'string') return common(b, a);
  const from = a.from > b.from ? a.from : b.from;
  return from <= (a.to < b.to ? a.to : b.to) ? from : undefined;
}
