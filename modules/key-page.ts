import { LbListenerRule } from '@cdktf/provider-aws/lib/lb-listener-rule/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

export interface KeyPageProps {
  readonly listenerArn: string;
  /** 1–50000, unique in the listener. */
  readonly priority: number;
  /** @default '/getkey.html', the workshop's own */
  readonly path?: string;
  /** The parameter that holds the key. The page names it; the key itself is on no page. */
  readonly keyParameter: string;
  /** Topics to subscribe to, by name. */
  readonly topics: readonly string[];
}

const DEFAULT_PATH = '/getkey.html';
/** A fixed response holds so much (ELB load-balancer-listeners, fixed-response actions). */
const MAX_BODY_CHARACTERS = 1024;

/**
 * The page that the workshop's guests open for their API key, answered by the load balancer itself: how to read the key, and
 * how to subscribe an address to the topics. It makes no accounts: who may read the parameter is IAM's business.
 */
export class KeyPage extends Construct {
  constructor(scope: Construct, id: string, props: KeyPageProps) {
    super(scope, id);
    const path = props.path ?? DEFAULT_PATH;
    const body = pageOf(props);
    new PropCheck(scope, id)
      .range('priority', props.priority, { min: 1, max: 50_000, source: 'ELB CreateRule' })
      .matches('path', path, { pattern: /^\/[\w\-./]{0,127}$/, rule: 'a path of 1–128 letters, digits and _-./' })
      .matches('keyParameter', props.keyParameter, { pattern: /^[\w.\-/]{1,256}$/, rule: 'the name of a parameter' })
      .that(
        props.topics.every((topic) => /^[\w-]{1,256}$/.test(topic)),
        {
          prop: 'topics',
          value: [...props.topics],
          rule: 'names of topics: letters, digits, _ and -',
          fix: 'give names, not ARNs',
        },
      )
      .that(body.length <= MAX_BODY_CHARACTERS, {
        prop: 'topics',
        value: body.length,
        rule: `the page has at most ${MAX_BODY_CHARACTERS} characters (ELB fixed-response actions)`,
        fix: 'name fewer topics, or shorter names',
      })
      .done();
    new LbListenerRule(this, 'rule', {
      listenerArn: props.listenerArn,
      priority: props.priority,
      condition: [{ pathPattern: { values: [path] } }],
      action: [
        { type: 'fixed-response', fixedResponse: { statusCode: '200', contentType: 'text/html', messageBody: body } },
      ],
    });
  }
}

function pageOf({ keyParameter, topics }: KeyPageProps): string {
  const named = topics.map((topic) => `<li>${topic}</li>`).join('');
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>API key</title>',
    '<h1>API key</h1>',
    '<p>Read the key, with the rights to it:</p>',
    `<pre>aws ssm get-parameter --with-decryption --name ${keyParameter} --query Parameter.Value --output text</pre>`,
    '<p>Send it as <code>x-api-key</code>. Take orders from a topic:</p>',
    '<pre>aws sns subscribe --protocol http --topic-arn ARN --notification-endpoint http://ALB/order/</pre>',
    `<ul>${named}</ul></html>`,
  ].join('\n');
}
