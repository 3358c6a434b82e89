import { paint, width } from '../../output.ts';

/** A title on a line of its own, ruled to the width, and what belongs to it. */
export function renderSection(title: string, lines: readonly string[]): string {
  const rule = '─'.repeat(Math.max(3, width() - title.length - 4));
  return [`${paint('dim', '──')} ${paint('bold', title)} ${paint('dim', rule)}`, ...lines].join('\n');
}

export const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
