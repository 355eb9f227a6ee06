/** Timelines as inline SVG: no script, no external resource. Colours come from the page's style. */
import type { Series, Timeline } from '../series.ts';
import { type Html, html } from './escape.ts';

const WIDTH = 900;
const HEIGHT = 150;
const LEFT = 48;
const BOTTOM = 20;
const TOP = 8;
const COLOURS = 9;

export function chart(title: string, unit: string, series: readonly Series[], timeline: Timeline): Html {
  const peak = Math.max(0, ...series.flatMap((s) => s.values.map((value) => value ?? 0)));
  const top = niceCeiling(peak);
  const length = Math.max(2, ...series.map((s) => s.values.length));
  const x = (i: number): number => round(LEFT + ((WIDTH - LEFT) * i) / (length - 1));
  const y = (value: number): number => round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top));
  const seconds = (length - 1) * timeline.stepSeconds;
  const markX = (atMs: number): number => x((atMs - timeline.startMs) / 1_000 / timeline.stepSeconds);
  const marks = timeline.marks.filter((mark) => markX(mark.atMs) >= LEFT && markX(mark.atMs) <= WIDTH);
  return html`<figure><figcaption>${title} <small>${unit}</small></figcaption>
<div class="scroll" role="group" aria-label="${title}" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title} over time">
${[0, top / 2, top].map((value) => gridLine(value, y(value)))}
${marks.map((mark) => html`<line class="mark ${mark.level}" x1="${markX(mark.atMs)}" x2="${markX(mark.atMs)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${mark.label}</title></line>`)}
${series.map((s, i) => html`<path class="line c${i % COLOURS}" d="${pathOf(s.values, x, y)}"><title>${s.name}</title></path>`)}
<text x="${LEFT}" y="${HEIGHT - 5}">0 s</text><text x="${WIDTH}" y="${HEIGHT - 5}" text-anchor="end">${seconds} s</text>
</svg></div>
<ul class="legend">${series.map((s, i) => html`<li class="c${i % COLOURS}">${s.name}</li>`)}</ul></figure>`;
}

function gridLine(value: number, y: number): Html {
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}"/><text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${round(value)}</text>`;
}

/** A gap where there is no value, not a line to zero. */
function pathOf(values: readonly (number | null)[], x: (i: number) => number, y: (value: number) => number): string {
  let pen = 'M';
  let path = '';
  values.forEach((value, i) => {
    if (value === null) pen = 'M';
    else {
      path += `${pen}${x(i)} ${y(value)}`;
      // A lone point needs some length to be seen.
      if (pen === 'M') path += 'h0.5';
      pen = 'L';
    }
  });
  return path;
}

/** 1, 2 or 5 times a power of ten, at least as large as the value. */
function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
