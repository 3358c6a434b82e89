import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASES, HAVE_CASES } from './cases.ts';
import { type DlpServer, startDlp } from './dlp-server.ts';

const run = promisify(execFile);

/** Cases of Google's own samples that do not hold here, each with the reason; none is known. */
const KNOWN_MISSES: readonly string[] = [];

describe.runIf(HAVE_CASES)('measured by third-party cases', () => {
  let server: DlpServer;
  beforeAll(async () => {
    server = await startDlp();
  });
  afterAll(() => server.close());

  const score = async (scorer: string, ...options: string[]) => {
    const { stdout } = await run(process.execPath, [join(CASES, scorer), '--endpoint', server.url, ...options]);
    return stdout.trim().split('\n');
  };

  test("the samples and documents of Google's service hold", async () => {
    const lines = await score('score-dlp.mjs', '--list', '--json');
    const { held, of } = JSON.parse(lines.pop() ?? '{}');
    expect(lines.map((line) => line.split('\t')[0])).toEqual(KNOWN_MISSES);
    expect(held).toBe(of - KNOWN_MISSES.length);
    expect(held).toBeGreaterThanOrEqual(73);
  });

  test('what labelled texts hold is found, and little else', async () => {
    const report = JSON.parse((await score('score-pii.mjs', '--json', '--limit', '1000')).join(''));
    expect(report.structured.f1).toBeGreaterThanOrEqual(99.5);
    expect(report.micro.f1).toBeGreaterThanOrEqual(85);
    expect(report.recall_chars).toBeGreaterThanOrEqual(89);
    expect(report.over_redaction).toBeLessThan(2);
  });
});
