import { z } from 'zod';
import { digestOfDocument, digestSchema, type Digest } from './digest.js';

/** A path inside an artifact or a repository: relative, forward slashes, never leaving its folder. */
export const relativePathSchema = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (path) =>
      !path.startsWith('/') &&
      !/[\\\0:*?"<>|]/.test(path) &&
      path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'expected a relative path with forward slashes that stays inside its folder',
  );

export const artifactFileSchema = z
  .strictObject({
    path: relativePathSchema,
    digest: digestSchema,
    size: z.number().int().nonnegative().describe('bytes'),
  })
  .meta({ id: 'ArtifactFile' });
export type ArtifactFile = z.infer<typeof artifactFileSchema>;

/** The files of an artifact. Its digest is that of this document with the files sorted by path. */
export const manifestSchema = z
  .strictObject({
    files: z
      .array(artifactFileSchema)
      .min(1)
      .max(1000)
      .refine(
        (files) => new Set(files.map((file) => file.path)).size === files.length,
        'expected each path once',
      ),
  })
  .meta({ id: 'Manifest' });
export type Manifest = z.infer<typeof manifestSchema>;

export const manifestDigest = (manifest: Manifest): Digest =>
  digestOfDocument({ files: manifest.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) });

export const tensorTypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

/** One input or output of a model, with Open Inference Protocol's names for types and −1 for a free dimension. */
export const tensorSpecSchema = z
  .strictObject({
    name: z.string().min(1),
    datatype: z.enum(tensorTypes),
    shape: z.array(z.number().int().min(-1)),
  })
  .meta({ id: 'TensorSpec' });
export type TensorSpec = z.infer<typeof tensorSpecSchema>;

export const signatureSchema = z
  .strictObject({ inputs: z.array(tensorSpecSchema), outputs: z.array(tensorSpecSchema) })
  .meta({ id: 'Signature' });
export type Signature = z.infer<typeof signatureSchema>;
