export { code, escapeMarkdown } from './escape-markdown.js';
export { fitSections, type Section } from './fit-sections.js';
export {
  commentBudget,
  renderVerdictMarkdown,
  summaryBudget,
  verdictHeadline,
  type VerdictContext,
} from './render-verdict-markdown.js';
export { htmlBudget, renderVerdictHtml } from './html/render-verdict-html.js';
export type { HtmlContext } from './html/page.js';
export { renderVerdictText, type TextOptions } from './render-verdict-text.js';
export { figure, intervalText, limitText, measureText, shortDigest } from './figures.js';
