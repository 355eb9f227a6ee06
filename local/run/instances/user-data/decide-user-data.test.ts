import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { codePoint } from '../../../../services/kit/src/testing/code-point.ts';
import { decideUserData, type Facts } from './decide-user-data.ts';
import { inFolder } from './paths.ts';
import { DEFAULT_SUPERVISION, type UserDataPlan } from './plan.ts';

const FACTS: Facts = {
  instanceId: 'i-0123456789abcdef0',
  address: '127.20.1.1',
  zone: 'us-east-1b',
  region: 'us-east-1',
  instanceType: 't3.small',
  parameter: (name) => (name === '/app/key' ? 's3cret' : null),
  objectText: (bucket, key) =>
    bucket === 'units' && key === 'web.service' ? '[Service]\nExecStart=node /srv/web.js' : null,
};
const decide = (userData: string): UserDataPlan => decideUserData(userData, FACTS);
/** The only process of a plan, its words as text. */
const only = (userData: string) => {
  const plan = decide(userData);
  const [process] = plan.processes;
  return {
    plan,
    process,
    words: process?.args.map((arg) => (typeof arg === 'string' ? arg : `${arg.before}<${arg.path}>`)),
  };
};

test('the forum’s monolith: fetched, written as a unit, started', (t) => {
  const plan = decide(`#!/bin/bash
set -e
dnf install -y nodejs24
mkdir -p /opt/app
aws s3 cp s3://forum-bucket/api/latest.cjs /opt/app/app.cjs
cat > /etc/systemd/system/app.service <<UNIT
[Unit]
After=network-online.target
[Service]
DynamicUser=yes
Environment=HOST=0.0.0.0
Environment=PORT=3000
ExecStart=/usr/bin/env node /opt/app/app.cjs
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --now app
`);
  t.deepEqual(
    plan.steps.map((step) => step.kind),
    ['make-folder', 'download', 'write'],
  );
  t.deepEqual(plan.steps[1], {
    kind: 'download',
    bucket: 'forum-bucket',
    key: 'api/latest.cjs',
    path: '/opt/app/app.cjs',
  });
  t.deepEqual(plan.processes, [
    {
      name: 'app',
      args: [{ before: '', path: '/opt/app/app.cjs' }],
      env: { HOST: '0.0.0.0', PORT: '3000' },
      cwd: '/',
      supervision: { ...DEFAULT_SUPERVISION, restart: 'always' },
    },
  ]);
  t.deepEqual(plan.ignored, [
    { line: 3, text: 'dnf install -y nodejs24' },
    { line: 18, text: 'app.service: DynamicUser=' },
  ]);
  t.deepEqual(plan.problems, []);
});

test('a unit’s settings', (t) => {
  const { process, words } = only(`
mkdir -p /srv/app/data
cat <<'UNIT' | sudo tee /etc/systemd/system/web.service > /dev/null
[Unit]
StartLimitIntervalSec=1min
StartLimitBurst=3
[Service]
Type=simple
WorkingDirectory=/srv/app
EnvironmentFile=-/etc/default/web
Environment="A=one two" B=3
Environment=DATA=/srv/app/data/db.json ROOT=/api
ExecStart=/usr/bin/node --enable-source-maps server.js --port \${PORT} $A \\
  --data=/srv/app/data/db.json
Restart=on-failure
RestartSec=1s 500ms
KillSignal=SIGINT
TimeoutStopSec=20
SuccessExitStatus=143
UNIT
echo "PORT='8080'" > /etc/default/web
printf '%s\\n' "B=4" '# no' >> /etc/default/web
systemctl daemon-reload
systemctl start web.service
`);
  t.deepEqual(words, [
    '--enable-source-maps',
    '<server.js>'.replace('server.js', '/srv/app/server.js'),
    '--port',
    '8080',
    'one two',
    '--data=</srv/app/data/db.json>',
  ]);
  t.is(process?.cwd, '/srv/app');
  t.deepEqual(process?.env, {
    A: 'one two',
    B: '4',
    DATA: { before: '', path: '/srv/app/data/db.json' },
    ROOT: '/api',
    PORT: '8080',
  });
  t.deepEqual(process?.supervision, {
    restart: 'on-failure',
    restartSeconds: 1.5,
    startLimit: { burst: 3, seconds: 60 },
    killSignal: 'SIGINT',
    stopSeconds: 20,
    successStatuses: [143],
  });
});

test('heredocs: expanded, quoted, with tabs', (t) => {
  const file = (text: string) => decide(text).steps.find((step) => step.kind === 'write');
  t.like(file('A=1\ncat > /f <<X\na=$A b=${B:-two} c=\\$A "q"\nX\n'), { content: 'a=1 b=two c=$A "q"\n' });
  t.like(file("A=1\ncat > /f <<'X'\na=$A\nX\n"), { content: 'a=$A\n' });
  t.like(file('cat > /f <<-X\n\ta\n\tX\n'), { content: 'a\n' });
  t.like(file('cat <<X >> /f\na\nX\n'), { content: 'a\n', append: true });
  t.like(file('cat > /f <<< "one line"\n'), { content: 'one line\n' });
});

const STARTS: readonly [string, string, string[], Record<string, string>?][] = [
  ['in the background', 'cd /opt/app && node app.js &', ['</opt/app/app.js>']],
  ['nohup', 'nohup /usr/bin/node /opt/app.js > /var/log/app.log 2>&1 &', ['</opt/app.js>']],
  ['a variable for it alone', 'PORT=80 MODE="a b" node /app.js &', ['</app.js>'], { PORT: '80', MODE: 'a b' }],
  ['exported variables', 'export PORT=80\nNOT=x\nexport -n Q\nnode /app.js', ['</app.js>'], { PORT: '80' }],
  ['export later', 'PORT=80; export PORT; node /app.js', ['</app.js>'], { PORT: '80' }],
  ['allexport', 'set -a\nPORT=1\nset +a\nB=2\nnode /app.js', ['</app.js>'], { PORT: '1' }],
  ['sudo and env', 'sudo -u app -E env A=1 node /app.js --x', ['</app.js>', '--x'], { A: '1' }],
  ['split variables', 'OPTS="--a --b"\nnode $OPTS /app.js "$OPTS"', ['--a', '--b', '</app.js>', '--a --b']],
  [
    'a parameter',
    'export KEY=$(aws ssm get-parameter --name /app/key --with-decryption --query Parameter.Value --output text)\nnode /app.js',
    ['</app.js>'],
    { KEY: 's3cret' },
  ],
  [
    'metadata',
    'TOKEN=$(curl -sX PUT http://169.254.169.254/latest/api/token)\nexport ID=$(curl -s -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-id)\nnode /app.js',
    ['</app.js>'],
    { ID: 'i-0123456789abcdef0' },
  ],
  ['sourced', 'printf \'export A=1\\nB="2"\\n\' > /etc/env\n. /etc/env\nnode /app.js', ['</app.js>'], { A: '1' }],
  ['a wait loop', 'until aws s3 cp s3://b/app.js /app.js; do sleep 2; done\nnode /app.js &', ['</app.js>']],
  [
    'a retry loop',
    'for i in 1 2 3; do aws s3 cp s3://b/app.js /app.js && break; sleep 1; done\nnode /app.js &',
    ['</app.js>'],
  ],
  [
    'a unit from the bucket',
    'aws s3 cp s3://units/web.service /etc/systemd/system/\nsystemctl enable --now web',
    ['</srv/web.js>'],
  ],
  [
    'a unit that was moved',
    "mkdir -p /etc/systemd/system\necho '[Service]\nExecStart=node /a.js' > /tmp/a.service\nmv /tmp/a.service /etc/systemd/system/\nservice a start",
    ['</a.js>'],
  ],
  ['a path that leaves', 'cd /opt; node ../../../../etc/app.js', ['</etc/app.js>']],
  [
    'MIME',
    'Content-Type: multipart/mixed; boundary="X"\nMIME-Version: 1.0\n\n--X\nContent-Type: text/x-shellscript\n\n#!/bin/sh\nnode /app.js\n--X--\n',
    ['</app.js>'],
  ],
  ['Windows line ends', 'cd /opt\r\nnode app.js &\r\n', ['</opt/app.js>']],
];
for (const [name, script, words, env = {}] of STARTS)
  test(`it starts: ${name}`, (t) => {
    const started = only(script);
    t.deepEqual(started.words, words, JSON.stringify(started.plan));
    t.deepEqual(started.process?.env, env);
    t.deepEqual(started.plan.problems, []);
  });

const PROBLEMS: readonly [string, RegExp][] = [
  ['node -e "process.exit()"', /code on the command line/],
  ['node', /node without a file/],
  [
    'cat > /etc/systemd/system/a.service <<X\n[Service]\nExecStart=/bin/sh -c "rm -rf /"\nX\nsystemctl start a',
    /no Node program/,
  ],
  [
    'cat > /etc/systemd/system/a.service <<X\n[Service]\nType=forking\nExecStart=node /a\nX\nsystemctl start a',
    /forking/,
  ],
  ['#cloud-config\nruncmd: [x]', /#cloud-config/],
  ['#!/usr/bin/env python3\nprint(1)', /script for python3/],
];
for (const [script, message] of PROBLEMS)
  test(`it starts nothing, and says why: ${message.source}`, (t) => {
    const plan = decide(script);
    t.deepEqual(plan.processes, []);
    t.regex(plan.problems.join('\n'), message);
  });

test('what depends on a condition is not evaluated, and said', (t) => {
  const plan = decide(`if [ -f /x ]; then
  node /a.js &
else
  node /b.js &
fi
boot() { node /c.js & }
case $A in a) node /d.js ;; esac
while ! curl -s http://x; do node /e.js; done
`);
  t.deepEqual(plan.processes, []);
  t.true(plan.ignored.some(({ line, text }) => line === 2 && text.startsWith('node /a.js')));
  t.is(plan.ignored.filter(({ text }) => text.includes('not evaluated')).length >= 5, true);
});

test('what has no effect here is listed with its line; the kernel’s files are not written', (t) => {
  const plan = decide(`yum update -y
echo 1 > /proc/sys/net/ipv4/ip_forward
echo vm.swappiness=1 | tee /sys/x
systemctl enable --now amazon-ssm-agent
curl -fsSL https://example.com/setup.sh | bash -
`);
  t.deepEqual(
    plan.ignored.map(({ line }) => line),
    [1, 2, 3, 4, 5, 5],
  );
  t.deepEqual(plan.steps, []);
});

/** Pieces that user data is made of, and what breaks readers. */
const PIECES = [
  'cat > ',
  '/etc/systemd/system/a.service',
  ' <<X\n',
  "<<'X'\n",
  '\nX\n',
  '[Service]\nExecStart=node ',
  '../../..',
  '/opt/../..',
  'aws s3 cp s3://b/k ',
  'aws s3 sync s3://b ',
  ' node ',
  ' & ',
  '\n',
  ' "',
  "'",
  '$(',
  ')',
  '${',
  '}',
  '$A',
  '`',
  '\\',
  'A=1 ',
  'export ',
  'systemctl start a',
  'unzip x -d ',
  ' | tee ',
  ' >> ',
  '2>&1',
  'if ',
  'fi',
  'for ',
  'do ',
  'done',
  'case ',
  'esac',
  '() {',
  '{',
  '#',
  '\0',
  '\r\n',
  '/a.js',
  ' cd ',
  'mkdir -p ',
  ' .. ',
  'cp ',
  'mv ',
  '$((',
  '))',
  '&&',
  '||',
  ';',
  '<',
  'é🙂',
  'source ',
  'EnvironmentFile=',
  'WorkingDirectory=',
  '__proto__',
  'constructor',
  'Content-Type: multipart/mixed; boundary=X\n\n--X\n',
];
const scripts = fc.oneof(
  fc.string({ unit: codePoint, maxLength: 300 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })), { maxLength: 40 }).map((p) => p.join('')),
);

test('no user data makes it throw, and no path of its plan leaves the instance’s folder', (t) => {
  const folder = '/state/instances/i-1/root';
  const isInside = (path: string): boolean => {
    const real = inFolder(folder, path);
    return (
      path.startsWith('/') &&
      !path.includes('\0') &&
      (real === folder || real.startsWith(`${folder}/`)) &&
      join(real) === real
    );
  };
  fc.assert(
    fc.property(scripts, (script) => {
      const plan = decide(script);
      const paths = [
        ...plan.steps.flatMap((step) => {
          if (step.kind === 'copy') return [step.from, step.to];
          return step.kind === 'unzip' ? [step.file, step.folder] : [step.path];
        }),
        ...plan.processes.flatMap((process) => [
          process.cwd,
          ...[...process.args, ...Object.values(process.env)].flatMap((arg) =>
            typeof arg === 'string' ? [] : [arg.path],
          ),
        ]),
      ];
      return paths.every(isInside) && plan.processes.every((process) => process.args.length > 0);
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('long user data takes no long time', (t) => {
  for (const piece of [
    '$(',
    '"$(',
    '<<X\n',
    '`',
    '${',
    'a=$a$a\n',
    "'",
    '(',
    'if ',
    'cat <<A | tee -a /b\nA\n',
    'x\n',
  ]) {
    const started = process.cpuUsage();
    decide(piece.repeat(Math.ceil(64_000 / piece.length)));
    t.true(process.cpuUsage(started).user < 3_000_000, piece);
  }
});
