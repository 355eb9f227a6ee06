/** nginx as the peer: one worker, connections to the target kept, the same forwarded fields as the load balancer adds. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const hasNginx = spawnSync('nginx', ['-v']).error === undefined;

/** @returns the command that runs it in the foreground */
export function nginxCommand(dir: string, name: string, server: string): string[] {
  const file = join(dir, `${name}.conf`);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(dir, `${name}-${kind}`)};`,
  );
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${join(dir, `${name}.pid`)}; error_log ${join(dir, `${name}.log`)};
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; ${temp.join(' ')}
${server} }
`,
  );
  return ['nginx', '-c', file, '-e', join(dir, `${name}.log`)];
}

export const proxyTo = (port: number, target: number): string => `
upstream target { server 127.0.0.1:${target}; keepalive 256; keepalive_requests 1000000000; }
server { listen 127.0.0.1:${port}; location / {
  proxy_pass http://target; proxy_http_version 1.1; proxy_set_header Connection "";
  proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Port $server_port;
  proxy_set_header X-Amzn-Trace-Id "Root=$request_id"; } }`;

export const answerOn = (port: number): string =>
  `server { listen 127.0.0.1:${port}; location / { default_type text/plain; return 200 "${'x'.repeat(1024)}"; } }`;
