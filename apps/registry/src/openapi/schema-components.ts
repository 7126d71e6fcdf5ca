import { z } from 'zod';

type JsonSchema = Record<string, unknown>;
type Side = 'input' | 'output';

const prefix = '#/components/schemas/';

/**
 * Collects the JSON Schemas that an API's document refers to. Schemas with an id become components, and only those
 * that are reached do. A schema that takes in less than it gives out (defaults) has an `…Input` twin if both are used.
 */
export class SchemaComponents {
  private readonly all = {
    input: named('input'),
    output: named('output'),
  };
  private readonly used = new Map<string, JsonSchema>();
  private readonly givenOut: ReadonlySet<string>;

  /** @param responses all that will be asked for by `output` */
  constructor(responses: readonly z.ZodType[]) {
    this.givenOut = new Set(responses.flatMap(idsIn));
  }

  /** What a schema takes in, for requests. */
  input(schema: z.ZodType): JsonSchema {
    return this.refer(schema, 'input');
  }

  /** What a schema gives out, for responses. */
  output(schema: z.ZodType): JsonSchema {
    return this.refer(schema, 'output');
  }

  get schemas(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.used].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  private refer(schema: z.ZodType, side: Side): JsonSchema {
    const id = z.globalRegistry.get(schema)?.id;
    if (id !== undefined) return { $ref: `${prefix}${this.component(id, side)}` };
    const { $schema: _, $defs: __, ...inline } = convert(schema, side);
    return this.resolve(inline, side) as JsonSchema;
  }

  private component(id: string, side: Side): string {
    const schema = this.all[side][id];
    if (schema === undefined) throw new Error(`There is no schema with the id ${id}.`);
    const isTwin = side === 'input' && this.givenOut.has(id) && this.differs(id);
    const name = isTwin ? `${id}Input` : id;
    if (!this.used.has(name)) {
      // Before its inside is looked at, which may refer back to it.
      this.used.set(name, {});
      this.used.set(name, this.resolve(schema, side) as JsonSchema);
    }
    return name;
  }

  /** Whether a schema, or one that it refers to, looks different from its two sides. */
  private differs(id: string, seen = new Set<string>()): boolean {
    if (seen.has(id)) return false;
    seen.add(id);
    const [input, output] = [this.all.input[id], this.all.output[id]].map((schema) =>
      JSON.stringify(schema),
    );
    if (input !== output) return true;
    return [...(input ?? '').matchAll(/"#\/components\/schemas\/([^"]+)"/g)].some(([, inner]) =>
      this.differs(String(inner), seen),
    );
  }

  /** Follows references to components, so that those become used too. */
  private resolve(value: unknown, side: Side): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item, side));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const id = key === '$ref' ? idOf(inner) : undefined;
        return id === undefined
          ? [key, this.resolve(inner, side)]
          : [key, `${prefix}${this.component(id, side)}`];
      }),
    );
  }
}

const idOf = (reference: unknown): string | undefined =>
  typeof reference === 'string' ? /([^/]+)$/.exec(reference)?.[1] : undefined;

/** The ids of a schema and of all that it refers to. */
const idsIn = (schema: z.ZodType): string[] => {
  const own = z.globalRegistry.get(schema)?.id;
  const inner = Object.keys(convert(schema, 'output')['$defs'] ?? {});
  return own === undefined ? inner : [own, ...inner];
};

const convert = (schema: z.ZodType, io: Side): JsonSchema =>
  z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as JsonSchema;

const named = (io: Side): Record<string, JsonSchema> => {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    uri: (id) => `${prefix}${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema: _, $id: __, ...rest } = schema as JsonSchema;
      return [id, rest];
    }),
  );
};
