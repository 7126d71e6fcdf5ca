import type { CalibrationCurve } from '@sluice/contracts';
import { figure } from '../figures.js';
import { binText } from './curve-plots.js';
import { details } from './legend.js';
import type { Content } from './markup.js';
import { countText, type Page } from './page.js';

/** A tenth, two tenths, and so on up to one. */
export const tenths: readonly number[] = Array.from({ length: 10 }, (_, index) => (index + 1) / 10);

/** What a table of a curve says, and where it reads the curve. */
export interface CurveTableOptions<Curve> {
  readonly caption: string;
  /** What runs across the plot, and down the first column. */
  readonly across: string;
  /** The places where the curve is read. */
  readonly places?: readonly number[];
  /** The height of a curve at a place. */
  readonly heightAt: (curve: Curve, place: number) => number;
  /** How a height is written. */
  readonly text?: (height: number) => string;
}

/** The figures that a plot of the version's curve, and of the champion's if there is one, is drawn from. */
export const curveTable = <Curve>(
  { id }: Page,
  version: Curve,
  champion: Curve | null,
  { caption, across, places = tenths, heightAt, text = figure }: CurveTableOptions<Curve>,
): Content =>
  details({
    id,
    caption,
    columns: [
      { title: across, kind: 'figure' },
      { title: 'Version', kind: 'figure' },
      ...(champion ? [{ title: 'Champion', kind: 'figure' as const }] : []),
    ],
    rows: places.map((place) => [
      figure(place),
      text(heightAt(version, place)),
      ...(champion ? [text(heightAt(champion, place))] : []),
    ]),
  });

/** The bins of a calibration plot, the version's first. `observed` names the share that came true in a bin. */
export const calibrationTable = (
  { id }: Page,
  version: CalibrationCurve,
  champion: CalibrationCurve | null,
  { caption, observed }: Readonly<{ caption: string; observed: string }>,
): Content =>
  details({
    id,
    caption: `${caption}; mean scores are off by at most ${version.meanWithin}`,
    columns: [
      { title: 'Model, scores' },
      { title: 'Rows', kind: 'figure' },
      { title: 'Mean score', kind: 'figure' },
      { title: observed, kind: 'figure' },
      { title: '95 % interval', kind: 'figure' },
    ],
    rows: [
      ...calibrationRows('Version', version),
      ...(champion ? calibrationRows('Champion', champion) : []),
    ],
  });

const calibrationRows = (whose: string, { bins }: CalibrationCurve): string[][] =>
  bins.map((bin) => [
    `${whose}, ${binText(bin)}`,
    countText(Math.round(bin.rows)),
    figure(bin.meanScore),
    figure(bin.observed),
    `[${figure(bin.interval.lower)}, ${figure(bin.interval.upper)}]`,
  ]);
