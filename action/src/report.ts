/** What goes into the log beside a file, or beside nothing. */
export interface Annotation {
  level: 'error' | 'warning';
  title: string;
  message: string;
  file?: string;
  line?: number;
  column?: number;
}

/** What a run has to say, before anything of it is published. */
export interface Report {
  /** `error`: there is no verdict, which counts as a failure. */
  outcome: 'pass' | 'fail' | 'error';
  /** One line for the log. */
  headline: string;
  /** GitHub's Markdown, in no more than so many characters. */
  markdown: (budget: number) => string;
  annotations: Annotation[];
  outputs: Record<string, string>;
}
