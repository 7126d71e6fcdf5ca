import { digestSchema, SluiceError, type Digest } from '@sluice/contracts';

const answerWithinMs = 5000;

/** Asks a model server itself. */
export class ServerProbe {
  constructor(
    private readonly modelUrl: string,
    private readonly token: string,
  ) {}

  /** The digest of the artifact that the server has loaded. */
  async digest(signal: AbortSignal): Promise<Digest> {
    const answer = await this.get('', signal);
    const digest = digestSchema.safeParse(answer.headers.get('x-sluice-artifact-digest'));
    if (!digest.success)
      throw new SluiceError('unavailable', 'The model server does not say which artifact it has.');
    return digest.data;
  }

  /** Whether the model answers. */
  async check(signal: AbortSignal): Promise<void> {
    await this.get('/ready', signal);
  }

  private async get(path: string, signal: AbortSignal): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`${this.modelUrl}${path}`, {
        headers: { authorization: `Bearer ${this.token}` },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
      });
      // Read to its end, so that the connection is free again.
      await answer.arrayBuffer();
    } catch (cause) {
      signal.throwIfAborted();
      throw new SluiceError('unavailable', 'The model server does not answer.', { cause });
    }
    if (!answer.ok)
      throw new SluiceError('unavailable', `The model server answers with ${answer.status}.`);
    return answer;
  }
}
