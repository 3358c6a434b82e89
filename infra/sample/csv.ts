/** RFC 4180: what holds a comma, a quote or a line end is quoted, and quotes inside are doubled; lines end in LF. */
export const renderCsv = (rows: readonly (readonly string[])[]): Buffer =>
  Buffer.from(rows.map((row) => `${row.map(renderField).join(',')}\n`).join(''));

const renderField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
