/**
 * A line of a workflow's log as GitHub shows it: commands become words, and what a command hides stays hidden.
 * Undefined for a line that GitHub does not show.
 */
export const shownLine = (line: string, secrets: readonly string[]): string | undefined => {
  const masked = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
  const command = /^::([a-z-]+)(?: ([^:]*))?::(.*)$/.exec(masked);
  if (command === null) return masked;
  const [, name = '', , message = ''] = command;
  const text = unescape(message);
  if (name === 'group') return `▸ ${text}`;
  if (name === 'error' || name === 'warning' || name === 'notice') return `${name}: ${text}`;
  return undefined;
};

const unescape = (text: string): string =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

/** The outputs that an action wrote: `name=value`, or a value of many lines between two delimiters. */
export const parseOutputs = (text: string): Record<string, string> => {
  const outputs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const heredoc = /^([^=<]+)<<(.+)$/.exec(line);
    const simple = /^([^=]+)=(.*)$/.exec(line);
    if (heredoc) {
      const end = lines.indexOf(heredoc[2] ?? '', index + 1);
      if (end < 0) throw new Error(`The output ${heredoc[1]} has no end.`);
      outputs[heredoc[1] ?? ''] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (simple) outputs[simple[1] ?? ''] = simple[2] ?? '';
  }
  return outputs;
};
