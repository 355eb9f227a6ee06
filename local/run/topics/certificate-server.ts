/** Publishes the SNS signing certificate over https, as `sns.<region>.amazonaws.com` does. Loopback only. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CutoverError } from '../../errors.ts';
import type { SigningMaterial } from './signing-material.ts';

export interface CertificateServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param options.port 0 picks a free one
 * @throws CutoverError PORT_IN_USE
 */
export async function startCertificateServer(options: {
  material: SigningMaterial;
  port: number;
}): Promise<CertificateServer> {
  const { material, port } = options;
  const server = createServer({ key: material.serverKeyPem, cert: material.serverCertificatePem }, (req, res) => {
    const known =
      req.url?.split('?')[0] === material.certificatePath && (req.method === 'GET' || req.method === 'HEAD');
    req.resume();
    if (!known) return void res.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    res
      .writeHead(200, { 'content-type': 'application/x-pem-file', 'cache-control': 'max-age=86400' })
      .end(material.certificatePem);
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new CutoverError(
          {
            code: 'PORT_IN_USE',
            message: `the signing-certificate server cannot listen: ${cause.message}`,
            address: `127.0.0.1:${port}`,
            fix: 'stop what listens there, or choose another --port-base',
          },
          { cause },
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
