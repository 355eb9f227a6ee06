import { Construct, TerraformStack } from './cdktf.ts';

/**
 * An ephemeral resource (Terraform language/resources/ephemeral, 1.10), which is younger than cdktf's bindings: opened for
 * one command, and in no plan and no state. Its values may go to write-only attributes, providers and locals only.
 */
export class EphemeralBlock extends Construct {
  readonly #address: string;

  /** @param attributes by their Terraform names */
  constructor(scope: Construct, id: string, type: string, attributes: Readonly<Record<string, unknown>>) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    const name = stack.getLogicalId(this.node);
    stack.addOverride(`ephemeral.${type}.${name}`, attributes);
    this.#address = `ephemeral.${type}.${name}`;
  }

  reference(attribute: string): string {
    return `\${${this.#address}.${attribute}}`;
  }
}
