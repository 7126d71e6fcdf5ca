import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { driftTable, referenceRows } from './drift.js';
import { lineOf, timeInTurn, type Timing } from './timing.js';
import { scoredTable } from './workload.js';

const scripts = fileURLToPath(new URL('../peers', import.meta.url));
const run = promisify(execFile);
/** The goal: as many times the time of an evaluation. */
const leastTimes = 30;

/** What a script in `peers` prints: the time after its imports, as cases are timed after theirs. */
interface PeerTiming extends Omit<Timing, 'longestBlockMs'> {
  readonly rows: number;
  /** Of each resample that fairlearn's intervals would take. */
  readonly resampleCpuSeconds?: number;
}

/** The same table by the libraries that data scientists use, and by an evaluation. */
export interface PeerComparison {
  readonly peer: string;
  readonly rows: number;
  readonly theirs: PeerTiming;
  readonly ours: Timing;
  /** Their seconds in ours. */
  readonly times: number;
  readonly timesOfCpu: number;
}

export interface PeerRequest {
  readonly folder: string;
  readonly rows: number;
  /** Runs of ours; theirs, which take minutes, run once between them. */
  readonly repeat: number;
  readonly say: (text: string) => void;
  /** The interpreter; none to leave peers out. */
  readonly python?: string | undefined;
}

/** Times the work of fairlearn with AIF360, and of Evidently, against that of an evaluation, and says so. */
export const comparePeers = async (request: PeerRequest): Promise<PeerComparison[]> => {
  const { folder, rows, say, python } = request;
  if (rows === 0) return [];
  if (python === undefined || python === '') {
    say(
      'fairlearn with AIF360, Evidently: left out. To have them, set SLUICE_BENCH_PYTHON to a Python with\n' +
        'the packages of test/load/peers/requirements.txt.\n\n',
    );
    return [];
  }
  const reference = await driftTable(folder, referenceRows, 0, 'drift-reference');
  const scored = await scoredTable(folder, rows);
  const drifted = await driftTable(folder, rows, 1, 'drift');
  return [
    await comparePeer(request, python, {
      peer: 'fairlearn with AIF360',
      script: [join(scripts, 'quality_and_fairness.py'), scored],
      ours: { case: 'evaluation', path: scored },
    }),
    await comparePeer(request, python, {
      peer: 'Evidently',
      script: [join(scripts, 'drift.py'), drifted, reference],
      ours: { case: 'drift', path: drifted },
    }),
  ];
};

const comparePeer = async (
  { rows, repeat, say }: PeerRequest,
  python: string,
  work: {
    readonly peer: string;
    readonly script: readonly string[];
    readonly ours: { readonly case: string; readonly path: string };
  },
): Promise<PeerComparison> => {
  const ourRuns = (runs: number): Promise<Timing[]> =>
    timeInTurn([work.ours.case], work.ours.path, runs);
  // Before and after theirs, so that whatever else the machine does meets both.
  const before = (await ourRuns(Math.ceil(repeat / 2)))[0] as Timing;
  const theirs = await peerTiming(python, work.script);
  const after = (await ourRuns(Math.ceil(repeat / 2)))[0] as Timing;
  const ours = slower(before, after);
  const times = theirs.seconds / ours.seconds;
  const timesOfCpu = theirs.cpuSeconds / ours.cpuSeconds;
  const result = { peer: work.peer, rows, theirs, ours, times, timesOfCpu };
  say(textOf(result));
  return result;
};

const slower = (one: Timing, other: Timing): Timing => (one.seconds > other.seconds ? one : other);

const peerTiming = async (python: string, script: readonly string[]): Promise<PeerTiming> => {
  // Of the parts that Python would load from where the bench was started, none.
  const { stdout } = await run(python, ['-I', ...script], { cwd: dirname(scripts) });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as PeerTiming;
};

const textOf = ({ peer, rows, theirs, ours, times, timesOfCpu }: PeerComparison): string => {
  const { resampleCpuSeconds } = theirs;
  const intervals =
    resampleCpuSeconds === undefined
      ? ''
      : `  without intervals, which the evaluation has; a bootstrap would add ${resampleCpuSeconds.toFixed(1)} CPU s for each resample\n`;
  return (
    `${rows} rows by ${peer}\n` +
    lineOf(peer, theirs) +
    lineOf('evaluation', ours) +
    `  ${times.toFixed(0)} times the time, ${timesOfCpu.toFixed(0)} times that of the CPU, of at least ${leastTimes}\n` +
    `${intervals}\n`
  );
};
