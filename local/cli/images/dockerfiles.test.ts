/** The services' Dockerfiles: one shape, so that they share their layers and none is forgotten when it changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { findWorkspaces } from '../../run/images/workspaces.ts';
import { root } from '../paths.ts';

const { workspaces } = findWorkspaces(root);
const instructions = (text: string): string[] =>
  text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean);
const files = workspaces.map(({ dir, label }) => ({
  label,
  lines: instructions(readFileSync(join(dir, 'Dockerfile'), 'utf8')),
}));

test('all services have one', (t) => {
  t.true(files.length >= 8);
});

test('down to the installation of the dependencies they are the same: the layers are shared', (t) => {
  const shared = files.map(({ lines }) => lines.slice(0, lines.findIndex((line) => line.includes('npm install')) + 1));
  for (const lines of shared) t.deepEqual(lines, shared[0]);
  t.true((shared[0] ?? []).length > 10);
});

for (const { label, lines } of files) {
  test(`${label}: dependencies before code, code before the bundle, and one file in the image`, (t) => {
    const at = (part: string): number => lines.findIndex((line) => line.includes(part));
    const steps = [
      'ARG BASE=',
      'FROM ${BASE} AS build',
      'COPY package.json package-lock.json',
      'npm install',
      'COPY tsconfig.json',
    ];
    const later = [
      `COPY ${label}/src`,
      `RUN node services/build.ts ${label}`,
      'COPY --from=build',
      'USER 65532:65532',
      'ENTRYPOINT',
    ];
    const places = [...steps, ...later].map(at);
    t.true(
      places.every((place, index) => place > (places[index - 1] ?? -1)),
      lines.join('\n'),
    );
    t.true(lines.includes(`COPY --from=build /app/${label}/dist/\${BUILD}.cjs service.cjs`));
    t.is(
      lines.filter((line) => line.startsWith('COPY')).at(-1),
      `COPY --from=build /app/${label}/dist/\${BUILD}.cjs service.cjs`,
    );
    t.is(lines.at(-1), 'ENTRYPOINT ["node", "service.cjs"]');
  });

  test(`${label}: the base is pinned to a version, by default the one that the launcher brings`, (t) => {
    const toolchain = JSON.parse(readFileSync(join(root, 'local/toolchain/node/package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    const [version] = Object.values(toolchain.optionalDependencies);
    t.is(lines[0], `ARG BASE=docker.io/library/node:${version}-bookworm-slim`);
  });
}

test('the build context is what is copied, and nothing that may be secret', (t) => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  t.is(
    ignored.find((line) => line && !line.startsWith('#')),
    '*',
  );
  const copied = new Set(
    files.flatMap(({ lines }) =>
      lines.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) => line.split(' ').slice(1, -1)),
    ),
  );
  const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const path of copied)
    t.true(
      allowed.some((one) => path === one || path.startsWith(`${one}/`)),
      path,
    );
  t.false(allowed.some((one) => /npmrc|\.env|\.git/.test(one)));
});
