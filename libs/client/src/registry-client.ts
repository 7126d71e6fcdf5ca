import type { Readable } from 'node:stream';
import {
  apiKeyListSchema,
  auditPageSchema,
  championListSchema,
  championSchema,
  createdApiKeySchema,
  datasetPageSchema,
  datasetSchema,
  deploymentListSchema,
  environmentListSchema,
  evaluationPageSchema,
  evaluationSchema,
  modelPageSchema,
  modelSchema,
  promotionPageSchema,
  promotionSchema,
  SluiceError,
  versionPageSchema,
  versionSchema,
  type ApiKey,
  type AuditEntry,
  type Champion,
  type CreateApiKey,
  type CreateDataset,
  type CreateEvaluation,
  type CreatePromotion,
  type CreatedApiKey,
  type CreateVersionInput,
  type Dataset,
  type Deployment,
  type Digest,
  type Environment,
  type Evaluation,
  type EvaluationSummary,
  type Model,
  type Promotion,
  type PromotionState,
  type Version,
} from '@sluice/contracts';
import { openBlob } from './blob-download.js';
import { uploadFile, type UploadedFile } from './file-upload.js';
import type { WaitOptions } from './poll.js';
import { registerDataset, type RegisterDataset } from './register-dataset.js';
import { registerVersion, type RegisterVersion } from './register-version.js';
import { part, RegistryApi } from './registry-api.js';
import { Transport, type TransportOptions } from './transport.js';
import { waitForEvaluation, waitForPromotion, type PromotionWaitOptions } from './wait.js';

export type RegistryClientOptions = TransportOptions;

/**
 * The registry by use case. Every method throws SluiceError: with the registry's own code and faults, or
 * `unavailable` when it could not be reached for as long as retries are allowed to take.
 */
export class RegistryClient {
  readonly #transport: Transport;
  readonly #api: RegistryApi;

  constructor(options: RegistryClientOptions) {
    this.#transport = new Transport(options);
    this.#api = new RegistryApi(this.#transport);
  }

  get url(): string {
    return this.#transport.url;
  }

  /** Whether the registry is ready to work, its database and broker included. */
  async isReady(): Promise<boolean> {
    try {
      await this.#transport.send({ method: 'GET', path: '/readyz', totalMs: 0 });
      return true;
    } catch (error) {
      if (error instanceof SluiceError && error.status >= 500) return false;
      throw error;
    }
  }

  createModel(model: { name: string; description?: string }): Promise<Model> {
    return this.#api.post('/models', model, modelSchema);
  }

  /** The model of that name, created if there was none. */
  async ensureModel(name: string, description = ''): Promise<Model> {
    const found = await this.findModel(name);
    if (found !== null) return found;
    try {
      return await this.createModel({ name, description });
    } catch (error) {
      // Someone else made it between our two calls.
      if (error instanceof SluiceError && error.code === 'conflict') return this.model(name);
      throw error;
    }
  }

  model(name: string): Promise<Model> {
    return this.#api.get(`/models/${part(name)}`, modelSchema);
  }

  findModel(name: string): Promise<Model | null> {
    return this.#api.find(`/models/${part(name)}`, modelSchema);
  }

  models(): AsyncIterable<Model> {
    return this.#api.pages('/models', modelPageSchema);
  }

  /** Uploads a file as a blob; sends nothing if the registry has these bytes. */
  uploadFile(path: string, signal?: AbortSignal): Promise<UploadedFile> {
    return uploadFile(this.#transport, path, signal);
  }

  /** The bytes of a blob, verified while they stream. */
  openBlob(digest: Digest, signal?: AbortSignal): Promise<Readable> {
    return openBlob(this.#transport, digest, signal);
  }

  /** Uploads an ONNX model with its external data and registers them as a version. */
  registerVersion(version: RegisterVersion): Promise<Version> {
    return registerVersion(this, version);
  }

  /**
   * Registers files that were uploaded before.
   *
   * @param idempotencyKey the same key and body give the same version, however often it is called
   */
  createVersion(
    model: string,
    version: CreateVersionInput,
    idempotencyKey?: string,
  ): Promise<Version> {
    return this.#api.post(`/models/${part(model)}/versions`, version, versionSchema, {
      idempotencyKey,
    });
  }

  version(model: string, number: number): Promise<Version> {
    return this.#api.get(`/models/${part(model)}/versions/${number}`, versionSchema);
  }

  versions(model: string, query: { artifactDigest?: Digest } = {}): AsyncIterable<Version> {
    return this.#api.pages(`/models/${part(model)}/versions`, versionPageSchema, query);
  }

  /**
   * The first version that was made of these bytes. The first, since it names who really made them;
   * somebody who registers them again must not become their author.
   */
  async findVersionByArtifact(model: string, artifactDigest: Digest): Promise<Version | null> {
    let first: Version | null = null;
    for await (const version of this.versions(model, { artifactDigest })) {
      if (first === null || version.number < first.number) first = version;
    }
    return first;
  }

  /** Uploads a table and registers it under a name; the same bytes are registered once. */
  registerDataset(dataset: RegisterDataset): Promise<Dataset> {
    return registerDataset(this, dataset);
  }

  createDataset(dataset: CreateDataset): Promise<Dataset> {
    return this.#api.post('/datasets', dataset, datasetSchema);
  }

  findDataset(digest: Digest): Promise<Dataset | null> {
    return this.#api.find(`/datasets/${part(digest)}`, datasetSchema);
  }

  datasets(): AsyncIterable<Dataset> {
    return this.#api.pages('/datasets', datasetPageSchema);
  }

  requestEvaluation(evaluation: CreateEvaluation, idempotencyKey?: string): Promise<Evaluation> {
    return this.#api.post('/evaluations', evaluation, evaluationSchema, { idempotencyKey });
  }

  evaluation(id: string): Promise<Evaluation> {
    return this.#api.get(`/evaluations/${part(id)}`, evaluationSchema);
  }

  /** Newest first, without their verdicts: `evaluation` tells one. */
  evaluations(
    query: { model?: string; version?: number; outcome?: 'pass' | 'fail' } = {},
  ): AsyncIterable<EvaluationSummary> {
    return this.#api.pages('/evaluations', evaluationPageSchema, query);
  }

  /** Ends an evaluation without a verdict; `conflict` when it has come to its end before. */
  cancelEvaluation(id: string, reason = ''): Promise<Evaluation> {
    return this.#api.post(`/evaluations/${part(id)}/cancel`, { reason }, evaluationSchema);
  }

  /** Waits for a verdict, or for what prevented one: a problem, or somebody who cancelled. All end in an evaluation, not an error. */
  waitForEvaluation(id: string, options: WaitOptions<Evaluation> = {}): Promise<Evaluation> {
    return waitForEvaluation(this.#api, id, options);
  }

  requestPromotion(promotion: CreatePromotion, idempotencyKey?: string): Promise<Promotion> {
    return this.#api.post('/promotions', promotion, promotionSchema, { idempotencyKey });
  }

  promotion(id: string): Promise<Promotion> {
    return this.#api.get(`/promotions/${part(id)}`, promotionSchema);
  }

  promotions(
    query: { model?: string; environment?: string; state?: PromotionState } = {},
  ): AsyncIterable<Promotion> {
    return this.#api.pages('/promotions', promotionPageSchema, query);
  }

  /** @param options `revision`: approve only what was read at that revision, else `precondition_failed` */
  approvePromotion(
    id: string,
    options: { comment?: string; revision?: number } = {},
  ): Promise<Promotion> {
    return this.#decide(`/promotions/${part(id)}/approvals`, options);
  }

  rejectPromotion(
    id: string,
    options: { comment?: string; revision?: number } = {},
  ): Promise<Promotion> {
    return this.#decide(`/promotions/${part(id)}/rejection`, options);
  }

  /** Waits until a promotion has come to its end, good or bad. */
  waitForPromotion(id: string, options: PromotionWaitOptions = {}): Promise<Promotion> {
    return waitForPromotion(this.#api, id, options);
  }

  async environments(): Promise<Environment[]> {
    return (await this.#api.get('/environments', environmentListSchema)).items;
  }

  /** The version that each environment runs, for those that run one. */
  async champions(model: string): Promise<Champion[]> {
    return (await this.#api.get(`/models/${part(model)}/environments`, championListSchema)).items;
  }

  /** The version that an environment runs; null while it runs none. */
  champion(model: string, environment: string): Promise<Champion | null> {
    return this.#api.find(
      `/models/${part(model)}/environments/${part(environment)}`,
      championSchema,
    );
  }

  async deployments(query: { model?: string; environment?: string } = {}): Promise<Deployment[]> {
    return (await this.#api.get('/deployments', deploymentListSchema, { query })).items;
  }

  createKey(key: CreateApiKey): Promise<CreatedApiKey> {
    return this.#api.post('/keys', key, createdApiKeySchema);
  }

  async keys(): Promise<ApiKey[]> {
    return (await this.#api.get('/keys', apiKeyListSchema)).items;
  }

  revokeKey(id: string): Promise<void> {
    return this.#api.delete(`/keys/${part(id)}`);
  }

  audit(): AsyncIterable<AuditEntry> {
    return this.#api.pages('/audit', auditPageSchema);
  }

  #decide(
    path: string,
    { comment = '', revision }: { comment?: string; revision?: number },
  ): Promise<Promotion> {
    const headers: Record<string, string> =
      revision === undefined ? {} : { 'if-match': `"${revision}"` };
    return this.#api.post(path, { comment }, promotionSchema, { headers });
  }
}
