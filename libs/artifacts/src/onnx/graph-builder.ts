import { elementType, type Constant, type GraphNode, type GraphValue } from './graph-writer.js';

/** What the names of all values begin with that are put into a model, so that they meet none of its own. */
export const graphPrefix = 'sluice/';

/** Collects nodes, constants and inputs; each method makes one node and returns the name of what it gives. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly constants: Constant[] = [];
  readonly inputs: GraphValue[] = [];

  /** The same values as one row after another, [n]. */
  flat(value: string, name: string): string {
    return this.node('Reshape', [value, this.integers('row', [-1])], name);
  }

  cast(value: string, to: keyof typeof elementType, name: string): string {
    return this.node('Cast', [value], name, { to: elementType[to] });
  }

  node(
    operator: string,
    inputs: readonly string[],
    name: string,
    attributes: GraphNode['attributes'] = {},
    domain?: string,
  ): string {
    const output = graphPrefix + name;
    this.nodes.push({
      operator,
      inputs,
      output,
      attributes,
      ...(domain === undefined ? {} : { domain }),
    });
    return output;
  }

  doubles(name: string, doubles: readonly number[], dims = [doubles.length]): string {
    return this.constant({ name: graphPrefix + name, dims, doubles });
  }

  integers(name: string, integers: readonly number[], dims = [integers.length]): string {
    return this.constant({ name: graphPrefix + name, dims, integers });
  }

  constant(constant: Constant): string {
    if (!this.constants.some(({ name }) => name === constant.name)) this.constants.push(constant);
    return constant.name;
  }
}
