/** The report's style: system fonts, light and dark by the reader's setting. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --line: #d9d9e0; --page: #fff; --card: #f7f7f9;
  --pass: #18794e; --fail: #c62a2f; --open: #9a6700;
  --c0: #0b68cb; --c1: #b84614; --c2: #237533; --c3: #8e4ec6; --c4: #b5178c; --c5: #0c7480;
  --c6: #7a5c00; --c7: #55606e; --c8: #a1260d; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --soft: #b0b4ba; --line: #3a3f45; --page: #16181b; --card: #1f2226;
  --pass: #4cc38a; --fail: #ff8589; --open: #f1c84b;
  --c0: #70b8ff; --c1: #ffa057; --c2: #71d083; --c3: #c89cf2; --c4: #f47ac0; --c5: #4ccce6;
  --c6: #e0c34b; --c7: #a9b4c0; --c8: #ff9c85; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.soft, small, figcaption small { color: var(--soft); }
.PASS { color: var(--pass); } .FAIL { color: var(--fail); } .INCONCLUSIVE { color: var(--open); }
.scroll { overflow-x: auto; } .scroll + .scroll { margin-top: 1.5rem; } :focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table { border-collapse: collapse; width: 100%; min-width: 40rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; } td.n, th.n { text-align: right; white-space: nowrap; }
td { min-width: 5rem; } td.n { min-width: 0; } td:last-child { overflow-wrap: anywhere; }
.n + :not(.n) { padding-left: .6rem; } code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
h1, p, li { overflow-wrap: anywhere; }
figure { margin: 1rem 0; padding: .75rem; background: var(--card); border-radius: 6px; }
figcaption { font-weight: 600; } svg { display: block; width: 100%; min-width: 38rem; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); } .grid { stroke: var(--line); stroke-width: 1; }
.line { fill: none; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.mark { stroke: var(--soft); stroke-dasharray: 2 3; } .mark.warn { stroke: var(--open); } .mark.error { stroke: var(--fail); }
path.c0 { stroke: var(--c0); } path.c1 { stroke: var(--c1); } path.c2 { stroke: var(--c2); }
path.c3 { stroke: var(--c3); } path.c4 { stroke: var(--c4); } path.c5 { stroke: var(--c5); }
path.c6 { stroke: var(--c6); } path.c7 { stroke: var(--c7); } path.c8 { stroke: var(--c8); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .25rem 0 0; padding: 0; font-size: .85rem; }
.legend li::before { content: ""; display: inline-block; width: .8em; height: .2em; margin-right: .4em; vertical-align: middle; background: currentColor; }
.legend .c0 { color: var(--c0); } .legend .c1 { color: var(--c1); } .legend .c2 { color: var(--c2); }
.legend .c3 { color: var(--c3); } .legend .c4 { color: var(--c4); } .legend .c5 { color: var(--c5); }
.legend .c6 { color: var(--c6); } .legend .c7 { color: var(--c7); } .legend .c8 { color: var(--c8); }
`;
