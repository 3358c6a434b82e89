/**
 * Tells whether texts stand in bytes that cannot be taken apart into values: whole words, in any case, as UTF-8 or UTF-16.
 * A short number within a longer one is another number.
 */
export interface TextFinder {
  push(chunk: Buffer): void;
  /** Whether all of the texts have been met. */
  found(): boolean;
}

export function createTextFinder(texts: readonly string[]): TextFinder {
  const needles = texts.map((text) =>
    (['utf8', 'utf16le'] as const).map((encoding) => {
      const bytes = Buffer.from(text, encoding).toString('latin1');
      return new RegExp(`(?<![0-9A-Za-z])${RegExp.escape(bytes)}(?![0-9A-Za-z])`, 'i');
    }),
  );
  const longest = Math.max(0, ...texts.map((text) => Buffer.byteLength(text, 'utf16le')));
  const met = new Set<number>();
  let tail = '';
  return {
    push(chunk) {
      const text = tail + chunk.toString('latin1');
      needles.forEach((patterns, n) => {
        if (!met.has(n) && patterns.some((pattern) => pattern.test(text))) met.add(n);
      });
      // A word that ends with the chunk may go on in the next: what is kept is tried again, with what follows.
      tail = text.slice(-(longest + 2));
    },
    found: () => needles.length > 0 && met.size === needles.length,
  };
}
