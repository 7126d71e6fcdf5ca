// Lints texts as if they stood in given files: [{ file, text }] on standard input, the broken rules of each on standard output.
import { json } from 'node:stream/consumers';
import { ESLint } from 'eslint';

const texts = await json(process.stdin);
const eslint = new ESLint();
const broken = [];
for (const { file, text } of texts) {
  const [result] = await eslint.lintText(text, { filePath: file });
  broken.push(result.messages.map((message) => message.ruleId ?? message.message));
}
process.stdout.write(JSON.stringify(broken));
