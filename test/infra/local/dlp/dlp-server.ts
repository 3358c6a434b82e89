import { DlpServiceClient } from '@google-cloud/dlp';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { createDlp, type DlpOptions } from '../../../../infra/local/dlp/dlp.ts';
import { createHttp, listen } from '../../../../infra/local/http.ts';
import { createKms } from '../../../../infra/local/kms/kms.ts';
import type { Meter } from '../../../../infra/local/meter.ts';
import { serveGrpc, serveRest } from '../../../../infra/local/rpc.ts';
import { createTemporaryContext } from '../temporary-context.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

export interface DlpServer {
  /** Google's client over gRPC and over REST. */
  grpc: DlpServiceClient;
  rest: DlpServiceClient;
  url: string;
  grpcPort: number;
  restPort: number;
  meter: Meter;
  close(): Promise<void>;
}

/** DLP with the key service beside it, on loopback, with Google's own client in front of it. */
export async function startDlp(options: DlpOptions = {}): Promise<DlpServer> {
  const { context, remove } = createTemporaryContext();
  const kms = createKms(context, options);
  const dlp = createDlp(context, { beside: { unwrap: kms.unwrap }, ...options });
  const app = createHttp({ bodies: 'json' });
  serveRest(app, [dlp.rpc, kms.rpc]);
  const port = await listen(app, 0);
  const grpcServer = await serveGrpc([dlp.rpc, kms.rpc], 0);
  dlp.start();
  const common = { apiEndpoint: '127.0.0.1', projectId: 'local' };
  const grpc = new DlpServiceClient({ ...common, port: grpcServer.port, sslCreds: credentials.createInsecure() });
  const rest = new DlpServiceClient({
    ...common,
    port,
    protocol: 'http',
    fallback: 'rest',
    authClient: new PassThroughClient(),
  } as never);
  return {
    grpc,
    rest,
    grpcPort: grpcServer.port,
    restPort: port,
    url: `http://127.0.0.1:${port}`,
    meter: context.meter,
    async close() {
      await Promise.all([grpc.close(), rest.close()]);
      await dlp.stop();
      grpcServer.close();
      await app.close();
      remove();
    },
  };
}

export const PARENT = 'projects/local/locations/global';
