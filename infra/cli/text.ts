/** By characters, with `…` for what is missing. */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Breaks between words, so that no line is wider; lines after the first begin with `hang`. A longer word stays whole. */
export function wrap(text: string, width: number, hang = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = hang + word;
    } else line = longer;
  }
  return [...lines, line].join('\n');
}

/** As much of a text as fits, from a little before the place that `pattern` finds. */
export function excerpt(text: string, pattern: RegExp, width: number): string {
  const at = text.search(pattern);
  const before = Math.floor(width / 3);
  if (text.length <= width || at < 0 || at + before < width) return truncate(text, width);
  const start = text.indexOf(' ', at - before);
  return truncate(`…${text.slice(start < 0 || start > at ? at : start + 1)}`, width);
}
