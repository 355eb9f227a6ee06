import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

/** What a parameter may be called (SSM sysman-paramstore-su-create). */
export const PARAMETER_NAME = {
  pattern: /^(?!\/?(aws|ssm))(\/[\w.-]+){1,15}$/i,
  rule: 'a path such as /interstella/name, not under /aws or /ssm, at most 15 levels (SSM sysman-paramstore-su-create)',
};

export interface TextParameterProps {
  /** Path with its leading slash. */
  readonly name: string;
  readonly description: string;
  readonly value: string;
}

/** A plain parameter, for values that are no secret. */
export class TextParameter extends Construct {
  readonly arn: string;
  readonly name: string;

  constructor(scope: Construct, id: string, props: TextParameterProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, PARAMETER_NAME)
      .that(props.value !== '', {
        prop: 'value',
        value: props.value,
        rule: 'not empty (SSM PutParameter)',
        fix: 'give it a value',
      })
      .done();
    const parameter = new SsmParameter(this, 'parameter', {
      name: props.name,
      description: props.description,
      type: 'String',
      value: props.value,
    });
    this.arn = parameter.arn;
    this.name = parameter.name;
  }
}
