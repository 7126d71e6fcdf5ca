import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { formatFault, SluiceError, type Digest } from '@sluice/contracts';
import type { FastifyInstance } from 'fastify';
import type { Configuration } from './configuration.js';
import { InferenceSession } from './inference/inference-session.js';
import type { Serving } from './protocol/open-inference.routes.js';
import { createServer } from './server.js';

/** One artifact being served: from listening, over loading and serving, to draining. */
export class ModelServer implements Serving {
  readonly model: { name: string; version: string };
  /** Settles if the model crashes while it serves; what was asked of it has been answered by then. */
  readonly crashed: Promise<Error>;
  readonly #configuration: Configuration;
  readonly #say: (text: string) => void;
  readonly #app: FastifyInstance;
  #session: InferenceSession | null = null;
  #loading: Promise<InferenceSession> | null = null;
  #reportCrash: (error: Error) => void = () => undefined;
  #drained: Promise<boolean> | null = null;

  constructor(configuration: Configuration, say: (text: string) => void) {
    this.#configuration = configuration;
    this.#say = say;
    this.model = configuration.model;
    this.#app = createServer(this, configuration.token);
    this.crashed = new Promise((resolve) => (this.#reportCrash = resolve));
  }

  get predictor(): InferenceSession | null {
    return this.#session;
  }

  get draining(): boolean {
    return this.#drained !== null;
  }

  /** True while a thread is inside the runtime, where the process can only be killed and not end by itself. */
  get busy(): boolean {
    return this.#loading !== null || this.#session?.busy === true;
  }

  /** Listens first, so that probes are answered while a large model loads; ready is only who has loaded it. */
  async start(): Promise<{ port: number; artifactDigest: Digest }> {
    const { artifact, listen, inference } = this.#configuration;
    await this.#app.listen(listen);
    const { port } = this.#app.server.address() as AddressInfo;
    // The one folder in which a runtime could still look for a name in the model is the artifact's own.
    process.chdir(artifact.folder);
    this.#loading = InferenceSession.load(artifact, inference);
    const session = await this.#loading.finally(() => (this.#loading = null));
    this.#session = session;
    void session.crashed.then(async (error) => {
      // Those who waited have their 503; give these the moment that it takes to be sent.
      await delay(100);
      this.#reportCrash(error);
    });
    return { port, artifactDigest: session.model.digest };
  }

  /**
   * Says that it is not ready, goes on answering for a while until balancers have noticed, then takes no more
   * connections, finishes what it has begun, and stops. Asking again changes nothing.
   *
   * @returns whether everything was finished in time
   */
  drain(reason: string, graceMs: number): Promise<boolean> {
    this.#drained ??= this.#drain(reason, graceMs);
    return this.#drained;
  }

  async #drain(reason: string, graceMs: number): Promise<boolean> {
    this.#say(`draining: ${reason}`);
    const { timeoutMs } = this.#configuration.drain;
    const finished = delay(graceMs)
      .then(() => this.#app.close())
      .then(() => this.#closeSession())
      .then(() => true);
    const clean = await Promise.race([finished, delay(timeoutMs, false)]);
    if (!clean) this.#say(`gave up draining after ${timeoutMs} ms; requests were still running`);
    return clean;
  }

  async #closeSession(): Promise<void> {
    // A load that is refused is told to whoever started it.
    await this.#loading?.catch(() => undefined);
    await this.#session?.close();
  }

  /** An error in words for whoever reads the log: the faults if it has any, the stack only of a defect. */
  static explain(error: unknown): string {
    if (error instanceof SluiceError)
      return [error.message, ...error.faults.map(formatFault)].join('\n  ');
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
