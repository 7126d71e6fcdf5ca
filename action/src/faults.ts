import { formatFault, type Fault } from '@sluice/contracts';
import { code, escapeMarkdown, type Section } from '@sluice/report';
import type { Annotation } from './report.js';

export const faultAnnotation = (title: string, fault: Fault): Annotation => ({
  level: 'error',
  title,
  message: formatFault({ ...fault, file: undefined, line: undefined, column: undefined }),
  file: fault.file,
  line: fault.line,
  column: fault.column,
});

/** The faults as a list for people, each with its place. */
export const faultList = (faults: readonly Fault[]): Section => ({
  text: faults.map((fault) => `- ${faultText(fault)}`).join('\n'),
  shorten: 'lines',
});

const faultText = ({ file, line, column, ...fault }: Fault): string => {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const text = escapeMarkdown(formatFault(fault));
  return place === '' ? text : `${code(place)} ${text}`;
};
