"""How the page looks: on a desk, on a phone, in the dark, on paper. No font, image or script comes from elsewhere."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1f2328; --soft: #5d6670; --line: #e2dfd9; --track: #eeebe5;
  --kept: #2f7d6b; --removed: #c8692b; --copy: #7a5fb0; --refused: #b3384a; --gap: #97a0aa; --link: #1f5f8b;
  --good: #e6f2ee; --good-ink: #1d5a4b; --bad: #fae7e8; --bad-ink: #8c2333;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --card: #1d2125; --ink: #e4e6e8; --soft: #9ba4ad; --line: #32383e; --track: #2a2f34;
    --kept: #4fae97; --removed: #e08b4f; --copy: #a48be0; --refused: #e06d7c; --gap: #6f7882; --link: #7db8e0;
    --good: #1b312b; --good-ink: #8fd6c2; --bad: #3a2024; --bad-ink: #f0a5ae;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; margin: .2rem 0 1.2rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .9rem; letter-spacing: -.01em; }
h3 { font-size: 1rem; margin: 1.8rem 0 .5rem; }
section { margin-top: 3rem; scroll-margin-top: 1rem; }
p { margin: .5rem 0; max-width: 44rem; }
a { color: var(--link); text-underline-offset: .18em; }
.over, .note, .none, .where, figcaption { color: var(--soft); }
.over { font-size: .85rem; text-transform: uppercase; letter-spacing: .08em; margin: 0; }
.note { font-size: .92rem; }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .92rem; margin-top: 1.4rem; }
.verdict { border-radius: .6rem; padding: .8rem 1.1rem; background: var(--good); color: var(--good-ink); }
.verdict.wrong { background: var(--bad); color: var(--bad-ink); }
.verdict ul { margin: .4rem 0 0; padding-left: 1.2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 1rem;
  margin: 1rem 0; }
.look ul { margin: .2rem 0; padding-left: 1.2rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.2rem; }
.card .big { font-size: 1.7rem; font-weight: 650; line-height: 1.15; letter-spacing: -.02em; }
.stack { display: flex; gap: 2px; height: .8rem; margin: .8rem 0 .7rem; border-radius: .3rem; overflow: hidden; }
.bar { display: block; height: .5rem; min-width: 4rem; border-radius: .25rem; background: var(--track);
  overflow: hidden; }
.fill { display: block; height: 100%; background: var(--removed); }
.key { list-style: none; margin: 0; padding: 0; font-size: .92rem; }
.key li { display: grid; grid-template-columns: 1rem 1fr auto 4.2rem; gap: .4rem; padding: .12rem 0; }
.key li > :nth-child(n+3) { text-align: right; }
.dot { width: .65rem; height: .65rem; border-radius: .2rem; align-self: center; }
.kept { background: var(--kept); } .removed { background: var(--removed); } .copy { background: var(--copy); }
.refused { background: var(--refused); } .gap { background: var(--gap); }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .82rem; vertical-align: bottom; }
th, td { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); }
td { vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
.n { text-align: right; white-space: nowrap; }
td .bar { margin-top: .5rem; }
tbody tr:last-child td { border-bottom: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 0 3rem; }
details { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .5rem 0; border-radius: .3rem; }
summary::marker { color: var(--soft); }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.row { display: inline-grid; width: calc(100% - 1.3rem); vertical-align: top; gap: .1rem .9rem; font-size: .93rem;
  grid-template-columns: minmax(11rem, 2fr) minmax(5rem, 1fr) 4rem 6rem 4.4rem 5.4rem 4rem; align-items: baseline; }
.row > :nth-child(n+3) { text-align: right; }
.row .bar { align-self: center; }
.row .kind { color: var(--soft); font-size: .88em; margin-left: .6em; }
.row i { display: none; }
.heads { color: var(--soft); font-weight: 600; font-size: .82rem; padding: .3rem 0; text-align: right;
  border-bottom: 1px solid var(--line); }
.heads .row { text-align: left; font-size: inherit; align-items: end; }
.cuts { padding: .2rem 0 1rem 1.1rem; }
.cut { margin: .9rem 0 1.1rem; }
.cut:first-child { margin-top: .3rem; }
.where { font-size: .85rem; margin: 0 0 .3rem; max-width: none; }
.where b { color: var(--ink); font-weight: 600; }
pre { margin: 0; padding: .6rem .8rem; border-left: 3px solid var(--removed); background: var(--card);
  white-space: pre-wrap; font: inherit; font-size: .93rem; line-height: 1.5; border-radius: 0 .35rem .35rem 0;
  unicode-bidi: isolate; }
pre.command { border-left-color: var(--line); font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.code { font: .78em ui-monospace, Menlo, Consolas, monospace; border: 1px solid var(--line); border-radius: .2rem;
  padding: 0 .2em; color: var(--refused); white-space: nowrap; }
.more { color: var(--soft); font-size: .85rem; }
figure { margin: 1rem 0; }
figcaption { font-size: .85rem; margin-top: .4rem; }
.columns { display: flex; align-items: flex-end; gap: 2px; height: 9rem; border-bottom: 1px solid var(--line); }
.column { flex: 1; display: flex; flex-direction: column-reverse; gap: 1px; height: 100%; }
.column .fill { width: 100%; }
.scale { display: flex; gap: 2px; font-size: .72rem; color: var(--soft); }
.scale span { flex: 1; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .88rem; margin: .6rem 0 0; padding: 0;
  list-style: none; }
.legend li { display: flex; gap: .4rem; }
footer { margin-top: 3.5rem; border-top: 1px solid var(--line); padding-top: 1.2rem; font-size: .92rem; }
@media (max-width: 44rem) {
  body { padding: 1.4rem 1rem 3rem; font-size: 15.5px; }
  h1 { font-size: 1.5rem; }
  section { margin-top: 2.3rem; }
  thead, .heads { display: none; }
  table, tbody, tr, td { display: block; width: 100%; }
  tr { padding: .55rem 0; border-bottom: 1px solid var(--line); }
  td { display: flex; width: 100%; justify-content: space-between; gap: 1rem; text-align: right;
    border: 0; padding: .08rem 0; white-space: normal; }
  td::before { content: attr(data-head); color: var(--soft); font-size: .85rem; flex: none; text-align: left; }
  td:first-child { display: block; font-weight: 600; text-align: left; }
  td:first-child::before { display: none; }
  td .bar { width: 45%; }
  .row { display: inline-flex; flex-wrap: wrap; gap: .05rem .9rem; }
  .row > :nth-child(1), .row > :nth-child(2) { flex: 1 0 100%; }
  .row > :nth-child(2) { margin: .2rem 0; }
  .row i { display: inline; font-style: normal; color: var(--soft); font-size: .85rem; }
  .cuts { padding-left: 0; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  section { margin-top: 1.6rem; }
  .card, tr, .cut, figure { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
