/** What a reader would stumble over, found in a page as the browser lays it out. Both give one line for each finding. */
import type { Page } from './chromium.ts';

/** Parts of the page that stick out of it to the right, or text that is cut off by its own box. */
export const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('body *')]
    .filter((node) => !node.closest('.unseen') && !node.parentElement.closest('.scroll'))
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1
      || (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline' && !node.matches('.scroll')))
    .map((node) => node.tagName + '#' + node.id + '.' + node.className + ': ' + node.textContent.slice(0, 40))`);

/** Texts whose colour is less than 4.5 to 1 from what they stand on (WCAG 1.4.3). */
export const faint = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const channels = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const colour = channels(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour;
      }
      return [255, 255, 255];
    };
    const texts = [...document.querySelectorAll('body *')].filter((node) =>
      !node.closest('noscript, [hidden]') && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== ''));
    return texts.flatMap((node) => {
      const [dark, bright] = [light(channels(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => a - b);
      const ratio = (bright + 0.05) / (dark + 0.05);
      return ratio < 4.5 ? [ratio.toFixed(2) + ' ' + node.tagName + '.' + node.className + ': ' + node.textContent.slice(0, 40)] : [];
    });
  })()`);
