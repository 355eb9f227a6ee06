import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table/index.js';
import { Construct } from './cdktf.ts';
import type { PolicyStatement } from './policy.ts';
import { PropCheck } from './prop-check.ts';

export interface OrderTableProps {
  /** 3–255 letters, digits, `_`, `-`, `.`. */
  readonly name: string;
  /** Restore to any second of the last 35 days. @default true */
  readonly pointInTimeRecovery?: boolean;
  /** @default false */
  readonly deletionProtection?: boolean;
}

/** Fulfilled orders by MessageId: the conditional put on it is what makes a repeated delivery harmless. */
export class OrderTable extends Construct {
  readonly arn: string;
  readonly name: string;

  constructor(scope: Construct, id: string, props: OrderTableProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, {
        pattern: /^[\w.-]{3,255}$/,
        rule: '3–255 letters, digits, _ - . (DynamoDB HowItWorks.NamingRulesDataTypes)',
      })
      .done();
    const table = new DynamodbTable(this, 'table', {
      name: props.name,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'MessageId',
      attribute: [{ name: 'MessageId', type: 'S' }],
      pointInTimeRecovery: { enabled: props.pointInTimeRecovery ?? true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: props.deletionProtection ?? false,
    });
    this.arn = table.arn;
    this.name = table.name;
  }

  /** Reading and writing single orders. */
  readWriteStatements(): PolicyStatement[] {
    return [
      {
        actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        resources: [this.arn],
      },
    ];
  }
}
