/** A table of the report: told by its caption, scrolled on its own where the page is narrow, also by the keyboard. */
import { type Html, html } from './escape.ts';

/** A column's head; one in a list of its own is over numbers. */
export type Head = string | readonly [number: string];

/** @param caption what it is a table of; for who does not see the heading above it */
export function table(caption: string, heads: readonly Head[], rows: readonly Html[]): Html {
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table><caption class="unseen">${caption}</caption><thead><tr>${heads.map(headCell)}</tr></thead><tbody>
${rows}
</tbody></table></div>`;
}

function headCell(head: Head): Html {
  return typeof head === 'string'
    ? html`<th scope="col">${head}</th>`
    : html`<th scope="col" class="n">${head[0]}</th>`;
}
