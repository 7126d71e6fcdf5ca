/**
 * The style sheet of a report. Blue for the version and orange for the champion are told apart by the colour-blind;
 * line styles and marks differ as well. Text has a contrast of at least 4.5 on what it stands on, in both schemes.
 */
export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #17202b; --quiet: #556171; --rule: #dfe4ea; --soft: #f4f6f9;
  --version: #1d5fc4; --champion: #b4560b; --bar: #7ba6e3; --favorable: #1d5fc4; --other: #c4701c;
  --pass: #0a6b4c; --warn: #855400; --fail: #b3261e;
  --pass-soft: #e9f5f0; --warn-soft: #fbf3e2; --fail-soft: #fcefed; --allowed: #e3f1eb;
  --right-a: #eef4fd; --right-b: #d6e5fa; --right-c: #b8d2f6; --right-d: #96bdf0; --right-e: #75a8ea;
  --wrong-a: #fdf3ea; --wrong-b: #fae3cd; --wrong-c: #f5cda8; --wrong-d: #efb480; --wrong-e: #e89b5c;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f141a; --text: #e4e9ef; --quiet: #9dabbb; --rule: #2a343f; --soft: #171e26;
    --version: #79b0ff; --champion: #f2a65e; --bar: #3f6ca8; --favorable: #79b0ff; --other: #c97f35;
    --pass: #57cc9f; --warn: #eab951; --fail: #ff9087;
    --pass-soft: #10241d; --warn-soft: #272012; --fail-soft: #2b1716; --allowed: #163026;
    --right-a: #16212e; --right-b: #1b2d43; --right-c: #213b5c; --right-d: #274977; --right-e: #2e5891;
    --wrong-a: #231c15; --wrong-b: #392919; --wrong-c: #51371f; --wrong-d: #694625; --wrong-e: #7f532a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: break-word; }
main { max-width: 66rem; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; outline: none; }
.skip { position: absolute; left: -999rem; top: 0; padding: .6rem 1rem; background: var(--page); color: var(--text); }
.skip:focus { left: .5rem; top: .5rem; z-index: 1; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
a { color: var(--version); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--version); outline-offset: 3px; border-radius: 2px; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; font-weight: 650; letter-spacing: -.01em; }
h1 { margin: 0; font-size: clamp(1.5rem, 1.1rem + 2vw, 2.15rem); letter-spacing: -.02em; }
h2 { margin: 0 0 .5rem; font-size: 1.35rem; }
h3 { margin: 2rem 0 .6rem; font-size: 1.05rem; }
p { margin: 0 0 .75rem; max-width: 44rem; }
section { margin-top: 2.75rem; padding-top: 1.5rem; border-top: 1px solid var(--rule); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; }
code { overflow-wrap: anywhere; }
pre { margin: 0; padding: .9rem 1rem; background: var(--soft); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.lead, .quiet, .note, .meaning, .interval, .kind, figcaption { color: var(--quiet); }
.note { padding: .6rem .9rem; background: var(--soft); border-radius: 8px; font-size: .9rem; }

.outcome { display: flex; gap: 1.25rem; align-items: center; padding: 1.6rem 1.75rem; border-radius: 14px; }
.outcome.pass { background: var(--pass-soft); }
.outcome.fail { background: var(--fail-soft); }
.outcome p { margin: 0; }
.outcome .kind { font-size: .8rem; letter-spacing: .02em; }
.outcome .sum { margin-top: .3rem; font-size: 1.05rem; }
.seal { flex: none; }
.seal path { fill: none; stroke: var(--page); stroke-width: 5; stroke-linecap: round; stroke-linejoin: round; }
.pass .seal circle { fill: var(--pass); }
.fail .seal circle { fill: var(--fail); }

.facts { display: flex; flex-wrap: wrap; gap: .9rem 2.5rem; margin: 1.5rem 0 0; padding: 0 .25rem; }
.across { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); }
.facts dt, .provenance dt { color: var(--quiet); font-size: .8rem; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.across { margin: 0 0 1.5rem; padding: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1.5rem 0 0; padding: 0 .25rem; list-style: none; font-size: .9rem; }

.current { fill: var(--bar); stroke: var(--version); }
.past { fill: none; stroke: var(--champion); }
.problems { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .9rem; }
.problems li { padding: 1rem 1.25rem; border-left: 4px solid; border-radius: 4px 10px 10px 4px; }
.problems li.fail { background: var(--fail-soft); border-color: var(--fail); }
.problems li.warn { background: var(--warn-soft); border-color: var(--warn); }
.problems h3 { margin: 0 0 .4rem; text-wrap: wrap; }
.problems p:last-child { margin-bottom: 0; }
.chip { display: inline-block; padding: .05rem .55rem; border: 1px solid; border-radius: 99px; font-size: .8rem; font-weight: 600; white-space: nowrap; letter-spacing: 0; }
.chip.pass { color: var(--pass); background: var(--pass-soft); }
.chip.warn { color: var(--warn); background: var(--warn-soft); }
.chip.fail { color: var(--fail); background: var(--fail-soft); }

.scroll { overflow-x: auto; margin: .75rem 0; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { padding: .4rem 0; color: var(--quiet); text-align: left; font-size: .85rem; }
th, td { padding: .6rem .75rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: middle; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--quiet); font-size: .8rem; font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 400; max-width: 24rem; min-width: 7rem; overflow-wrap: anywhere; }
.measure { font-weight: 600; }
.meaning { display: block; font-size: .82rem; line-height: 1.4; }
.problems .chip { margin-right: .35rem; vertical-align: .08em; }
.figure { text-align: right; font-variant-numeric: tabular-nums; }
.interval { display: inline-block; font-size: .82rem; white-space: nowrap; }
.facts .interval { font-size: .85em; }
td.plot { min-width: 150px; }

.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.75rem 3rem; align-items: start; }
figure { margin: 0; min-width: 0; }
figure h3 { margin-top: 1rem; }
figcaption { margin-bottom: .75rem; font-size: .88rem; }
figcaption strong { color: var(--text); font-weight: 600; }
svg { display: block; max-width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; margin: .75rem 0; padding: 0; list-style: none; font-size: .88rem; }
.legend svg { display: inline-block; vertical-align: -.1em; }
details { margin: .5rem 0; font-size: .9rem; }
summary { color: var(--quiet); cursor: pointer; }
details th, details td { padding-top: .25rem; padding-bottom: .25rem; }

text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums; }
text.label, text.value { font-size: 14px; fill: var(--text); }
text.state { font-size: 13px; }
text.value { font-weight: 600; }
.axis, .grid { stroke: var(--rule); fill: none; }
.base { stroke: var(--quiet); fill: none; }
.diagonal, .reference { stroke: var(--quiet); stroke-dasharray: 3 4; fill: none; }
.reference { stroke: var(--text); }
.zero { stroke: var(--quiet); stroke-dasharray: 3 3; }
.allowed { fill: var(--allowed); }
.limit { stroke: var(--text); stroke-width: 1.5; }
.whisker { stroke: var(--text); stroke-width: 1.5; fill: none; }
.track { fill: var(--soft); }
.bar { fill: var(--bar); }
.right-a { background: var(--right-a); } .right-b { background: var(--right-b); } .right-c { background: var(--right-c); } .right-d { background: var(--right-d); } .right-e { background: var(--right-e); }
.wrong-a { background: var(--wrong-a); } .wrong-b { background: var(--wrong-b); } .wrong-c { background: var(--wrong-c); } .wrong-d { background: var(--wrong-d); } .wrong-e { background: var(--wrong-e); }
td[class*="right-"], td[class*="wrong-"] { border: 2px solid var(--page); padding: .6rem .75rem; }
.dot { fill: var(--version); fill-opacity: .55; stroke: var(--page); }
.favorable { fill: var(--favorable); }
.other { fill: var(--other); }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.line.version { stroke: var(--version); }
.line.champion { stroke: var(--champion); stroke-width: 2; stroke-dasharray: 6 4; }
.mark { stroke: var(--page); stroke-width: 1.5; }
.mark.version { fill: var(--version); }
.mark.champion { fill: var(--champion); }
.mark.pass { fill: var(--pass); }
.mark.warn { fill: var(--warn); }
.mark.fail { fill: var(--fail); }

.provenance { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .5rem 1.5rem; margin: 1rem 0; align-items: baseline; }
.provenance dd { margin: 0; overflow-wrap: anywhere; }

@media (max-width: 44rem) {
  main { padding: 1rem 1rem 3rem; }
  section { margin-top: 2.25rem; }
  .outcome { padding: 1.25rem; gap: 1rem; align-items: flex-start; }
  .seal { width: 40px; height: 40px; }
  .provenance { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .provenance dd { margin-bottom: .75rem; }
  .facts { gap: .75rem 1.75rem; }
}
@media screen and (max-width: 56rem) {
  .stacks, .stacks tbody, .stacks tr, .stacks td, .stacks tbody th { display: block; }
  .stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacks tr { padding: .9rem 0; border-bottom: 1px solid var(--rule); }
  .stacks th, .stacks td { padding: .12rem 0; border: 0; }
  .stacks tbody th { max-width: none; padding-bottom: .4rem; }
  .stacks td.figure { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; text-align: right; }
  .stacks td.figure::before { content: attr(data-label); color: var(--quiet); }
  .stacks td.plot { min-width: 0; }
  .stacks td.plot svg { margin: .4rem 0; }
}
@media print {
  @page { margin: 14mm; }
  :root { color-scheme: light; font-size: 12px; }
  body { font-size: 1rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  nav, .skip, details:not([open]) { display: none; }
  section { margin-top: 1.75rem; padding-top: 1rem; }
  h3 { margin-top: 1.25rem; }
  .scroll { overflow: visible; }
  .pair { grid-template-columns: 1fr 1fr; gap: 1.25rem 2rem; }
  th, td { padding: .4rem .5rem; }
  td.plot { min-width: 120px; }
  h2, h3, figcaption, .lead, caption, thead { break-after: avoid; }
  tr, figure, .lead, .facts, .problems li, .outcome { break-inside: avoid; }
}
`;
