import type { Construct } from '../modules/cdktf.ts';
import { OrderTopic } from '../modules/order-topic.ts';
import { BaseStack, type StackProps } from './base-stack.ts';
import { LOGISTICS_TOPICS, type LogisticsTopic } from './logistics-services.ts';

/** The topics that orders come in by: one for whole orders, one for each resource. */
export class TopicsStack extends BaseStack {
  readonly #topics: ReadonlyMap<string, OrderTopic>;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const { name } = props.environment;
    this.#topics = new Map(
      LOGISTICS_TOPICS.map((topic) => [
        topic,
        new OrderTopic(this, topic.toLowerCase(), { name: `${name}-${topic}`, displayName: `Interstella ${topic}` }),
      ]),
    );
    for (const [topic, { arn }] of this.#topics) {
      this.output(`${topic.toLowerCase()}_topic_arn`, arn, `Topic ${topic}`);
    }
  }

  topic(name: LogisticsTopic): OrderTopic {
    return this.#topics.get(name)!;
  }
}
