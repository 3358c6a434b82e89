import { afterAll, beforeAll } from 'vitest';
import { type DlpServer, PARENT, startDlp } from '../dlp-server.ts';

export const NOW = 1_700_000_000_250;
export const named = (...names: string[]) => names.map((name) => ({ name }));
/** A custom infoType of the name ID, POSSIBLE wherever the pattern matches. */
export const idOf = (pattern: string) => ({
  customInfoTypes: [{ infoType: { name: 'ID' }, regex: { pattern }, likelihood: 'POSSIBLE' }],
});

/** Inspection over gRPC, by a server that lives as long as the test file. */
export function useInspection() {
  let server: DlpServer;
  beforeAll(async () => {
    server = await startDlp({ now: () => NOW });
  });
  afterAll(() => server.close());

  async function inspect(item: object, inspectConfig: object) {
    const request = { parent: PARENT, item, inspectConfig: { includeQuote: true, ...inspectConfig } };
    const [response] = await server.grpc.inspectContent(request as never);
    return response.result;
  }
  /** Each finding as its quote and its likelihood. */
  async function quotes(value: string, inspectConfig: object): Promise<string[]> {
    const result = await inspect({ value }, inspectConfig);
    return (result?.findings ?? []).map((finding) => `${finding.quote} ${finding.likelihood}`);
  }
  return { inspect, quotes };
}
