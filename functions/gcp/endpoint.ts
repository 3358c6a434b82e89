/** `127.0.0.1:8080` as the options that Google's gRPC clients take. */
export function hostAndPort(endpoint: string): { apiEndpoint: string; port: number } {
  const { hostname, port } = new URL(endpoint.includes('://') ? endpoint : `http://${endpoint}`);
  return { apiEndpoint: hostname, port: Number(port) };
}
