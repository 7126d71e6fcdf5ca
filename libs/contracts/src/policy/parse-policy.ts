import {
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import type { core } from 'zod';
import { SluiceError, type Fault } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { policySchema, type Policy } from './policy.js';

const longestPolicy = 64 * 1024;

/**
 * Reads a policy from YAML text.
 *
 * All faults are reported at once, each with its line and column, what was found and what was expected.
 * Size, aliases and merge keys are capped before anything is expanded, so a small file can't become a large one.
 *
 * @throws SluiceError `invalid_policy`
 */
export const parsePolicy = (text: string, file = 'sluice.yaml'): Policy => {
  if (Buffer.byteLength(text) > longestPolicy)
    throw invalid([
      {
        file,
        message: 'the policy is too long',
        found: `${Buffer.byteLength(text)} bytes`,
        expected: `at most ${longestPolicy}`,
      },
    ]);

  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    merge: false,
    strict: true,
  });
  const at = (offset: number): Pick<Fault, 'file' | 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };

  if (document.errors.length > 0)
    throw invalid(
      document.errors.map((error) => ({
        ...at(error.pos[0]),
        message: yamlMessage(error.message),
      })),
    );
  if (document.contents === null)
    throw invalid([
      {
        file,
        line: 1,
        column: 1,
        message: 'the policy is empty',
        expected: 'the keys version, model, task, data, columns and checks',
      },
    ]);

  const parsed = policySchema.safeParse(plainValue(document, file));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => toFaults(issue, document, at)));
};

/** Aliases are followed, but not as far as a small file that unfolds into a huge one would need. */
const plainValue = (document: Document, file: string): unknown => {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw invalid([
      {
        file,
        line: 1,
        column: 1,
        message: 'the policy repeats itself through too many aliases',
        expected: 'at most 20 uses of aliases (*name)',
      },
    ]);
  }
};

const invalid = (faults: Fault[]): SluiceError => {
  const ordered = faults.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new SluiceError('invalid_policy', `The policy has ${count}.`, { faults: ordered });
};

/** The parser's messages carry a picture of the line after the first sentence; the place is reported apart. */
const yamlMessage = (message: string): string =>
  (message.split(/ at line \d+/)[0] ?? message).trim();

type Locate = (offset: number) => Pick<Fault, 'file' | 'line' | 'column'>;
type Path = readonly PropertyKey[];

const toFaults = (issue: core.$ZodIssue, document: Document, at: Locate): Fault[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(key, issue.path, document, at));
  if (issue.code === 'invalid_key') {
    const expected = issue.issues.map((inner) => withoutExpected(inner.message)).join('; ');
    return [
      {
        ...at(keyOffset(document, issue.path)),
        path: pathText(issue.path),
        message: 'this key is not valid',
        found: show(issue.path.at(-1)),
        expected,
      },
    ];
  }
  const place = at(valueOffset(document, issue.path));
  const path = pathText(issue.path);
  const node = document.getIn(issue.path as unknown[], true);
  const missing = node === undefined;
  const near =
    issue.code === 'invalid_value' && isScalar(node) && typeof node.value === 'string'
      ? nearestName(node.value, issue.values.map(String))
      : undefined;
  return [
    {
      ...place,
      path,
      message: missing ? `${path} is missing` : `${path} is not valid`,
      ...(missing
        ? {}
        : { found: show(isScalar(node) ? node.value : (node as Node).toJS(document)) }),
      expected: expectedOf(issue),
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    },
  ];
};

const unknownKey = (key: string, path: Path, document: Document, at: Locate): Fault => {
  const known = knownKeys(path);
  const near = nearestName(key, known);
  return {
    ...at(keyOffset(document, [...path, key])),
    path: pathText([...path, key]),
    message: `unknown key ${key}`,
    found: key,
    expected: known.length > 0 ? `one of ${known.join(', ')}` : 'no further keys',
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
};

const expectedOf = (issue: core.$ZodIssue): string => {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.length === 1
        ? show(issue.values[0])
        : oneOf(issue.values.map((value) => String(value)));
    case 'invalid_type':
      return (
        {
          object: 'a mapping',
          array: 'a list',
          record: 'a mapping',
          string: 'a text',
          number: 'a number',
        }[issue.expected as string] ?? issue.expected
      );
    case 'invalid_union':
      return 'a text, a number, true or false';
    case 'too_small':
      return issue.origin === 'array'
        ? `at least ${issue.minimum} entry`
        : issue.origin === 'string'
          ? 'a text that is not empty'
          : `at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `at most ${issue.maximum}`
        : `no more than ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`;
    default:
      return withoutExpected(issue.message);
  }
};

/** More than a few dozen names nobody reads in a message. */
const mostListed = 40;
const oneOf = (names: readonly string[]): string =>
  names.length <= mostListed
    ? `one of ${names.join(', ')}`
    : `one of ${names.slice(0, mostListed / 2).join(', ')} and ${names.length - mostListed / 2} more, which docs/reference lists`;

const withoutExpected = (message: string): string => message.replace(/^expected /, '');

/** The keys that may stand at a path, read off the schema itself. */
const knownKeys = (path: Path): string[] => {
  let schema: unknown = policySchema;
  for (const part of path)
    schema =
      typeof part === 'number'
        ? unwrap(schema).element
        : (unwrap(schema).shape?.[part as string] ?? unwrap(schema).valueType);
  return Object.keys(unwrap(schema).shape ?? {});
};

interface Introspected {
  shape?: Record<string, unknown>;
  element?: unknown;
  valueType?: unknown;
}
const unwrap = (schema: unknown): Introspected => {
  let current = schema as Introspected & { unwrap?: () => unknown; def?: { innerType?: unknown } };
  while (current.def?.innerType !== undefined) current = current.def.innerType as typeof current;
  return current;
};

const keyOffset = (document: Document, path: Path): number => {
  const parent = document.getIn(path.slice(0, -1) as unknown[], true);
  const pair = isMap(parent)
    ? (parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1)) as
        Pair<Node> | undefined)
    : undefined;
  return pair?.key.range?.[0] ?? valueOffset(document, path.slice(0, -1));
};

/** Where the value at a path stands, or, when it isn't there, where the nearest thing around it does. */
const valueOffset = (document: Document, path: Path): number => {
  for (let length = path.length; length >= 0; length -= 1) {
    const node =
      length === 0 ? document.contents : document.getIn(path.slice(0, length) as unknown[], true);
    const range = (node as Node | undefined)?.range;
    if (range) return range[0];
  }
  return 0;
};

const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : text === ''
          ? String(part)
          : `${text}.${String(part)}`,
    '',
  ) || 'the policy';

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};
