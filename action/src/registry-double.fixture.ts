import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  championEnvironment,
  manifestDigest,
  parsePolicy,
  policyDigest,
  SluiceError,
  verdictDigest,
  verdictSchema,
  type Champion,
  type Check,
  type CancelEvaluation,
  type CreateDataset,
  type CreateEvaluation,
  type CreatePromotion,
  type CreateVersion,
  type Evaluation,
  type Manifest,
  type Problem,
  type Promotion,
  type Version,
} from '@sluice/contracts';
import { HttpDouble, type HttpAnswer } from './http-double.fixture.js';

type Handler = (parts: string[], body: never, query: URLSearchParams) => unknown;
const at = '2026-01-01T00:00:00Z';
export const registryKey = 'slk_double';

/** What happens to a promotion: its states, one at each reading. */
type Script = Partial<Promotion>[];

/**
 * A registry that answers as scripted, on a real port, and can die and come back there with what it knew.
 * What it decides is not judged here; the whole product is tested together elsewhere.
 */
export class RegistryDouble extends HttpDouble {
  checks: Check[] = [];
  /** Ends evaluations without a verdict. */
  evaluationProblem: Problem | null = null;
  /** How often an evaluation is read before it is done. */
  readings = 1;
  /** Called once an evaluation was requested. */
  onEvaluation: () => void = () => undefined;
  promotionScripts: Record<string, Script> = {};
  /** Thrown by the next requests for a promotion. */
  refusals: SluiceError[] = [];
  /** Put into force after the next refusal, as a champion that changes behind one's back. */
  championsAfterRefusal: Champion[] | null = null;
  champions: Champion[] = [];
  readonly versions: Version[] = [];
  readonly evaluations: Evaluation[] = [];
  readonly policies: string[] = [];
  readonly promotions: Promotion[] = [];
  readonly datasets: CreateDataset[] = [];
  readonly #blobs = new Map<string, Buffer>();
  readonly #reads = new Map<string, number>();
  readonly #verdicts = new Map<string, { outcome: 'pass' | 'fail'; checks: Check[] }>();
  #models = new Set<string>();

  champion(environment: string, version: Version): Champion {
    const { model, number, artifactDigest } = version;
    return {
      model,
      environment,
      version: number,
      artifactDigest,
      promotion: randomUUID(),
      since: at,
      revision: 1,
    };
  }

  addVersion(model: string, artifact: Manifest, author = 'maria'): Version {
    this.#models.add(model);
    const version: Version = {
      model,
      number: this.versions.length + 1,
      artifactDigest: manifestDigest(artifact),
      artifact,
      signature: { inputs: [], outputs: [] },
      author,
      source: {},
      description: '',
      createdAt: at,
      createdBy: 'ci',
    };
    this.versions.push(version);
    return version;
  }

  protected override answer(request: IncomingMessage, body: Buffer): HttpAnswer {
    const url = new URL(request.url ?? '/', this.url);
    if (request.headers.authorization !== `Bearer ${registryKey}`) {
      throw new SluiceError('unauthenticated', 'That key is not known here.');
    }
    const parts = url.pathname.split('/').slice(3).map(decodeURIComponent);
    const method = request.method ?? '';
    if (parts[0] === 'blobs') return this.#blob(method, parts[1] ?? '', body);
    const route = `${method} ${parts.map((part, index) => (index % 2 === 0 ? part : '*')).join('/')}`;
    const handler = this.#routes[route];
    if (handler === undefined) throw new Error(`no route ${route}`);
    const document = body.length === 0 ? undefined : (JSON.parse(String(body)) as never);
    const answer = handler(parts, document as never, url.searchParams);
    return { status: method === 'POST' ? 201 : 200, body: answer };
  }

  #blob(method: string, digest: string, body: Buffer): HttpAnswer {
    if (method === 'HEAD') return { status: this.#blobs.has(digest) ? 200 : 404 };
    const found = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    if (found !== digest) throw new SluiceError('digest_mismatch', `The bytes hash to ${found}.`);
    this.#blobs.set(digest, body);
    return { status: 201 };
  }

  readonly #routes: Record<string, Handler> = {
    'GET models/*': ([, name = '']) => {
      if (!this.#models.has(name)) throw new SluiceError('not_found', `There is no model ${name}.`);
      return this.#model(name);
    },
    'POST models': (_parts, { name }: { name: string }) => {
      this.#models.add(name);
      return this.#model(name);
    },
    'GET models/*/versions': (_parts, _body, query) => ({
      items: this.versions.filter(
        ({ artifactDigest }) => artifactDigest === query.get('artifactDigest'),
      ),
      next: null,
    }),
    'POST models/*/versions': ([, model = ''], wish: CreateVersion) => {
      const missing = wish.artifact.files.find(({ digest }) => !this.#blobs.has(digest));
      if (missing !== undefined) throw new SluiceError('invalid_artifact', `No ${missing.path}.`);
      const version = this.addVersion(model, wish.artifact, wish.author);
      version.source = wish.source;
      return version;
    },
    'POST datasets': (_parts, wish: CreateDataset) => {
      const files = wish.manifest?.files ?? [{ digest: wish.digest }];
      const blobs = files.map(({ digest }) => this.#blobs.get(digest));
      if (blobs.includes(undefined))
        throw new SluiceError('invalid_data', 'Upload the bytes first.');
      this.datasets.push(wish);
      const size = blobs.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
      return { ...wish, size, createdAt: at, createdBy: 'ci' };
    },
    'GET models/*/environments': () => ({ items: this.champions }),
    'GET models/*/environments/*': ([, , , environment]) => {
      const champion = this.champions.find((one) => one.environment === environment);
      if (champion === undefined) throw new SluiceError('not_found', 'Nothing runs there.');
      return champion;
    },
    'POST evaluations': (_parts, wish: CreateEvaluation) => {
      const evaluation = this.addEvaluation(wish);
      this.onEvaluation();
      return evaluation;
    },
    'GET evaluations': (_parts, _body, query) => ({
      items: this.evaluations
        .filter(({ outcome }) => outcome === query.get('outcome'))
        .map(({ verdict: _, ...summary }) => summary),
      next: null,
    }),
    'GET evaluations/*': ([, id = '']) => this.#advance(id),
    'POST evaluations/*/cancel': ([, id = ''], { reason }: CancelEvaluation) =>
      this.#cancel(id, reason),
    'POST promotions': (_parts, wish: CreatePromotion) => this.#promote(wish),
    'GET promotions': (_parts, _body, query) => ({
      items: this.promotions.filter(
        ({ environment, state }) =>
          environment === query.get('environment') && state === query.get('state'),
      ),
      next: null,
    }),
    'GET promotions/*': ([, id = '']) => this.#progress(id),
  };

  addEvaluation({ model, version, policy, datasets }: CreateEvaluation): Evaluation {
    const parsed = parsePolicy(policy);
    const environment = championEnvironment(parsed);
    const champion = this.champions.find((one) => one.environment === environment);
    const evaluation: Evaluation = {
      id: randomUUID(),
      model,
      version,
      champion: champion?.version ?? null,
      policyDigest: policyDigest(parsed),
      datasets,
      state: 'queued',
      progress: null,
      outcome: null,
      verdict: null,
      verdictDigest: null,
      problem: null,
      cancellation: null,
      createdAt: at,
      createdBy: 'ci',
      finishedAt: null,
    };
    this.policies.push(policy);
    this.evaluations.push(evaluation);
    const failed = this.checks.some(({ outcome }) => outcome === 'fail');
    this.#verdicts.set(evaluation.id, { outcome: failed ? 'fail' : 'pass', checks: this.checks });
    return evaluation;
  }

  /** Ends an evaluation, with the verdict that the checks gave when it was asked for. */
  finish(evaluation: Evaluation): void {
    if (this.evaluationProblem !== null) {
      Object.assign(evaluation, { state: 'failed', problem: this.evaluationProblem });
      return;
    }
    const planned = this.#verdicts.get(evaluation.id);
    const digestOf = (number: number | null) =>
      this.versions.find((version) => version.number === number)?.artifactDigest ?? null;
    const verdict = verdictSchema.parse({
      schema: 'sluice/verdict/v1',
      subject: {
        model: evaluation.model,
        version: digestOf(evaluation.version),
        champion: digestOf(evaluation.champion),
        datasets: evaluation.datasets,
        policy: evaluation.policyDigest,
      },
      rows: 400,
      measures: [],
      ...planned,
    });
    Object.assign(evaluation, {
      state: 'succeeded',
      outcome: verdict.outcome,
      verdict,
      verdictDigest: verdictDigest(verdict),
      finishedAt: at,
    });
  }

  #advance(id: string): Evaluation {
    const evaluation = this.evaluations.find((one) => one.id === id);
    if (evaluation === undefined) throw new SluiceError('not_found', 'No such evaluation.');
    const reads = (this.#reads.get(id) ?? 0) + 1;
    this.#reads.set(id, reads);
    if (evaluation.state === 'cancelled') return evaluation;
    if (reads <= this.readings) {
      const progress = { step: 'Counting rows', done: reads, total: this.readings };
      Object.assign(evaluation, { state: 'running', progress });
    } else {
      this.finish(evaluation);
    }
    return evaluation;
  }

  #cancel(id: string, reason: string): Evaluation {
    const evaluation = this.evaluations.find((one) => one.id === id);
    if (evaluation === undefined) throw new SluiceError('not_found', 'No such evaluation.');
    if (evaluation.verdict !== null) throw new SluiceError('conflict', 'It has succeeded already.');
    const cancellation = { by: 'ci', reason, at };
    return Object.assign(evaluation, { state: 'cancelled' as const, cancellation, finishedAt: at });
  }

  #promote(wish: CreatePromotion): Promotion {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) {
      this.champions = this.championsAfterRefusal ?? this.champions;
      throw refusal;
    }
    const evaluation = this.evaluations.find(({ id }) => id === wish.evaluation);
    if (evaluation?.outcome !== 'pass') throw new SluiceError('verdict_missing', 'No verdict.');
    const version = this.versions.find(({ number }) => number === wish.version) as Version;
    const promotion: Promotion = {
      id: randomUUID(),
      model: wish.model,
      version: wish.version,
      artifactDigest: version.artifactDigest,
      environment: wish.environment,
      from: null,
      evaluation: evaluation.id,
      verdictDigest: evaluation.verdictDigest as string,
      state: 'rolling_out',
      approvalsNeeded: 0,
      approvals: [],
      progress: null,
      problem: null,
      revision: 1,
      createdAt: at,
      createdBy: 'ci',
      finishedAt: null,
    };
    this.promotions.push(promotion);
    return promotion;
  }

  #progress(id: string): Promotion {
    const promotion = this.promotions.find((one) => one.id === id);
    if (promotion === undefined) throw new SluiceError('not_found', 'No such promotion.');
    const script = this.promotionScripts[promotion.environment] ?? [{ state: 'succeeded' }];
    Object.assign(promotion, script.length > 1 ? script.shift() : script[0]);
    if (promotion.state === 'succeeded') {
      const version = this.versions.find(({ number }) => number === promotion.version) as Version;
      this.champions = [
        ...this.champions.filter(({ environment }) => environment !== promotion.environment),
        this.champion(promotion.environment, version),
      ];
    }
    return promotion;
  }

  #model(name: string) {
    return { name, description: '', latestVersion: null, createdAt: at, createdBy: 'ci' };
  }
}
