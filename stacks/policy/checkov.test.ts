/** checkov over every stack of every stage, environment and front. Needs pip and a package index once. */
import { join } from 'node:path';
import test from 'ava';
import { findCheckov, judgeBy, stacksOfVariants } from './checkov.ts';
import { POLICY_EXCEPTIONS } from './exceptions.ts';
import { described, findingsIn, type JudgedStack, judge } from './findings.ts';
import { VARIANTS, type Variant } from './variants.ts';

const checkov = await findCheckov(join(import.meta.dirname, '..', '..', '.cutover'));
const run = 'missing' in checkov ? test.skip : test;
const why = 'missing' in checkov ? ` (skipped: ${checkov.missing})` : '';

/** Judged beside the others, so that a checkov that finds nothing is noticed. */
const OPEN: JudgedStack = {
  stack: 'open',
  variants: [VARIANTS[0] as Variant],
  json: {
    resource: {
      aws_security_group: {
        everybody: {
          ingress: [{ from_port: 22, to_port: 22, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'], description: 'all' }],
        },
      },
      aws_ebs_volume: { plain: { availability_zone: 'us-east-1a', size: 8 } },
    },
  },
};

run(`checkov: each finding of every stack is excepted with a reason, and each exception needed${why}`, async (t) => {
  if ('missing' in checkov) throw new Error(checkov.missing);
  t.timeout(45 * 60_000);
  const stacks = stacksOfVariants(VARIANTS);
  const { passed, failed } = await judgeBy(checkov, { ...stacks, open: OPEN });
  const ofOpen = failed.filter(({ file_path }) => file_path.startsWith('/open/')).map(({ check_id }) => check_id);
  t.true(ofOpen.includes('CKV_AWS_24') && ofOpen.includes('CKV_AWS_3'), `checkov sees what is wrong: ${ofOpen}`);

  const judged = new Set([...passed, ...failed].map(({ file_path }) => file_path.split('/')[1]));
  t.deepEqual(
    Object.keys(stacks).filter((folder) => !judged.has(folder)),
    [],
    'stacks that checkov did not look at',
  );
  const findings = findingsIn(failed, { ...stacks, open: OPEN }).filter(({ address }) => !address.startsWith('open/'));
  const { unexplained, unused } = judge(findings, POLICY_EXCEPTIONS);
  t.deepEqual(described(unexplained), [], 'findings without an exception');
  t.deepEqual(unused, [], 'exceptions that nothing needs');
  t.log(`checkov ${checkov.version}: ${judged.size - 1} stacks, ${passed.length} passed, ${findings.length} excepted`);
});
