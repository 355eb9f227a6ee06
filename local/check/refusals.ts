/**
 * What the reader and the resolver refuse, as findings. A refusal because AWS would refuse too is an error; one because
 * it is not run on a local plane says only that it was not checked. Pure.
 */
import type { Problem } from '../errors.ts';
import { RESOURCE_TYPES } from '../resolve/kinds/index.ts';
import type { Finding, Rule, Severity } from './contracts.ts';

const UNSUPPORTED: readonly string[] = ['UNSUPPORTED_RESOURCE', 'UNSUPPORTED_ATTRIBUTE', 'UNSUPPORTED_FUNCTION'];

/** How the attribute tables say that a value is AWS's and not the plane's. */
const RULE_SAYS_LOCAL = /\bhere\b|\bthis machine\b|\bof servers only\b/;
const MESSAGE_SAYS_LOCAL = /\b(?:not|cannot be|no)\b[^;]*\bhere\b/;

/** Values that AWS takes and whose table gives no reason. */
const LOCAL_VALUES: readonly (readonly [attribute: RegExp, values: readonly string[]])[] = [
  [/aws_a?lb_target_group\.[^.]+\.target_type$/, ['lambda', 'alb']],
  [/aws_ecs_service\.[^.]+\.launch_type$/, ['EXTERNAL']],
  [/aws_appautoscaling_policy\.[^.]+\.policy_type$/, ['PredictiveScaling']],
  [/aws_lambda_function\.[^.]+\.package_type$/, ['Image']],
];

/** Whether AWS, unlike the plane, may well accept it. */
export function isLocalLimit(problem: Problem): boolean {
  if (UNSUPPORTED.includes(problem.code)) return true;
  if (problem.code === 'DANGLING_REFERENCE') return isUnknownAttribute(problem);
  if (!['INVALID_ATTRIBUTE', 'MISSING_ATTRIBUTE'].includes(problem.code)) return false;
  if (RULE_SAYS_LOCAL.test(problem.rule ?? '') || MESSAGE_SAYS_LOCAL.test(problem.message)) return true;
  return LOCAL_VALUES.some(
    ([attribute, values]) => attribute.test(problem.address ?? '') && values.includes(String(problem.value)),
  );
}

/** An attribute that the provider computes and that nothing here computes, of a type that is only passed through. */
function isUnknownAttribute({ message }: Problem): boolean {
  const type = /\/(?:data\.|ephemeral\.)?(\w+)\.\S+ has no attribute /.exec(message)?.[1];
  return type !== undefined && !RESOURCE_TYPES.includes(type);
}

/** It names something by a value that no stack declares: it may exist elsewhere. */
const isElsewhere = (problem: Problem): boolean =>
  problem.code === 'DANGLING_REFERENCE' && / of these stacks$/.test(problem.rule ?? '');

const NOT_CHECKED = {
  rule: 'not-checked',
  severity: 'advice',
  text: 'what is not run on a local plane, or not understood, is passed over by every rule',
  page: '',
} as const;

const NOT_ACCEPTED = { rule: 'not-accepted', text: 'AWS or Terraform refuses it', page: '' } as const;

/** @param own findings of the rules: a refusal that one of them has found as well is not repeated */
export function findingsOfProblems(
  problems: readonly Problem[],
  rules: readonly Rule[],
  own: readonly Finding[],
): Finding[] {
  const servers = serverDeployments(problems);
  const isConsequence = consequencesOf(problems);
  const isSizeKnown = !problems.some((p) => /\.instance_type$/.test(p.address ?? ''));
  return problems.flatMap((problem) => {
    const about = { address: problem.address ?? '', message: problem.message, value: problem.value ?? null };
    const isOther =
      servers.has(resourceOf(about.address)) ||
      isConsequence(problem) ||
      (problem.code === 'TASK_FITS_NO_INSTANCE' && !isSizeKnown);
    const rule = isOther ? undefined : rules.find((r) => r.adopts?.(problem));
    if (rule) return isFound(problem, rule, own) ? [] : [adopted(problem, rule)];
    if (isOther || isLocalLimit(problem))
      return [
        {
          ...NOT_CHECKED,
          ...about,
          message: `no rule looks at this: ${problem.message}`,
          severity: limitSeverity(problem),
          fix: problem.fix ?? 'look at it by hand',
        },
      ];
    const severity: Severity = isElsewhere(problem) ? 'warning' : 'error';
    const text = problem.rule ?? NOT_ACCEPTED.text;
    return [{ ...NOT_ACCEPTED, severity, ...about, text, fix: problem.fix ?? 'correct it' }];
  });
}

/** Deployment groups of servers and functions, which are read as those of services. */
const serverDeployments = (problems: readonly Problem[]): ReadonlySet<string> =>
  new Set(
    problems
      .filter(
        (p) =>
          p.code === 'MISSING_ATTRIBUTE' && /aws_codedeploy_deployment_group\..*\.ecs_service$/.test(p.address ?? ''),
      )
      .map((p) => resourceOf(p.address ?? '')),
  );

/**
 * What is missing, or too much, only because a type that is not run here reads as the default one: a target group of
 * functions has no port, an action that asks who somebody is stands before another, and instances of a launch configuration
 * have no template.
 */
function consequencesOf(problems: readonly Problem[]): (problem: Problem) => boolean {
  const heads = problems.filter(isLocalLimit).flatMap(({ address = '' }) => {
    const [, action, group, fleet] =
      /^(.*\.(?:default_)?action)(?:\[\d+\])?\.type$|^(.*)\.target_type$|^(.*)\.launch_configuration$/.exec(address) ??
      [];
    return action ?? group ?? (fleet === undefined ? [] : `${fleet}.launch_template`);
  });
  return ({ code, address = '' }) =>
    ['MISSING_ATTRIBUTE', 'QUOTA_EXCEEDED'].includes(code) &&
    heads.some((head) => address === head || ['.', '['].some((next) => address.startsWith(head + next)));
}

/** An attribute with a name close to one that is known is more likely a slip than news of the provider. */
const limitSeverity = ({ code, fix }: Problem): Severity =>
  code === 'UNSUPPORTED_ATTRIBUTE' && fix?.startsWith('did you mean') ? 'warning' : 'advice';

/** The same resource: the resolver names it, or one of its attributes. */
const isFound = (problem: Problem, rule: Rule, own: readonly Finding[]): boolean =>
  own.some((f) => f.rule === rule.id && resourceOf(f.address) === resourceOf(problem.address ?? ''));

/** `stack/type.name`, with modules before it, with `[0]` or `["key"]`, without what follows. */
export const resourceOf = (address: string): string =>
  /^[^/]*\/(?:module\.[^.[]+(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?\.)*(?:data\.|ephemeral\.)?[^.[]+\.[^.[]+(?:\["[^"]*"\]|\[\d+\](?=\.|$))?/.exec(
    address,
  )?.[0] ?? address;

const adopted = (problem: Problem, rule: Rule): Finding => ({
  rule: rule.id,
  severity: rule.severityOf?.(problem) ?? rule.severity,
  address: problem.address ?? '',
  message: problem.message,
  value: problem.value ?? null,
  text: rule.text,
  page: rule.page,
  fix: problem.fix ?? rule.fix,
});
