import { Injectable } from '@nestjs/common';
import type { DeploymentKey } from '../desired-state/deployment.entity.js';
import type { RunningServer } from '../targets/target.js';

/** A server and what it was started to serve. */
export interface Backend {
  readonly version: number;
  readonly server: RunningServer;
}

/** A request's hold on a backend, which is not stopped while it lasts. */
export interface Lease {
  readonly backend: Backend;
  release(): void;
}

/** The traffic of one model in one environment: at any moment it goes to one backend or to none. */
export class Lane {
  private backend: Backend | null = null;
  private readonly inFlight = new Map<Backend, number>();
  private readonly waiting = new Set<() => void>();
  private closed = false;
  private absence = 'is being started';

  constructor(readonly key: DeploymentKey) {}

  get current(): Backend | null {
    return this.backend;
  }

  /** Why there is no backend, as the end of a sentence about the model; null while there is one. */
  get trouble(): string | null {
    if (this.closed) return 'is being stopped';
    return this.backend === null ? this.absence : null;
  }

  /** Picks the backend once for a whole request. Null while there is none. */
  acquire(): Lease | null {
    const { backend } = this;
    if (backend === null || this.closed) return null;
    this.inFlight.set(backend, this.count(backend) + 1);
    let held = true;
    return {
      backend,
      release: () => {
        if (!held) return;
        held = false;
        this.inFlight.set(backend, this.count(backend) - 1);
        if (this.count(backend) > 0) return;
        this.inFlight.delete(backend);
        for (const wake of this.waiting) wake();
      },
    };
  }

  /** From the next request on, without one in between. */
  switchTo(backend: Backend): void {
    this.backend = backend;
  }

  /** The backend is gone. Does nothing if traffic goes elsewhere by now. */
  withdraw(backend: Backend): void {
    if (this.backend === backend) this.backend = null;
  }

  /** Says why there is no backend. */
  explain(absence: string): void {
    this.absence = absence;
  }

  /** Takes no request any more. */
  close(): void {
    this.closed = true;
  }

  /** Resolves when no request holds the backend, or when the time is over: true if the former. */
  async idle(backend: Backend, deadlineMs: number): Promise<boolean> {
    if (this.count(backend) === 0) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(finish, deadlineMs);
      const wake = () => {
        if (this.count(backend) === 0) finish();
      };
      const { waiting } = this;
      function finish() {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      }
      waiting.add(wake);
    });
    return this.count(backend) === 0;
  }

  private count(backend: Backend): number {
    return this.inFlight.get(backend) ?? 0;
  }
}

/** All lanes. */
@Injectable()
export class Traffic {
  private readonly lanes = new Map<string, Lane>();

  /** The lane of a deployment, made if it is new. */
  open({ model, environment }: DeploymentKey): Lane {
    const name = laneName(environment, model);
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = new Lane({ model, environment });
      this.lanes.set(name, lane);
    }
    return lane;
  }

  find(environment: string, model: string): Lane | undefined {
    return this.lanes.get(laneName(environment, model));
  }

  in(environment: string): Lane[] {
    return [...this.lanes.values()].filter((lane) => lane.key.environment === environment);
  }
}

// Names hold no slash.
const laneName = (environment: string, model: string): string => `${environment}/${model}`;
