// It makes no functions of text, which the page's policy forbids.
import { expressionInterpreter } from '/vega/vega-interpreter.js';
import { theme } from './theme.js';
import { vega, vegaLite } from './vega.js';

/** @import { VegaView } from './vega.js' */

/** A drawing that fills an element, and is drawn anew where its numbers, its room or the colours of the page change. */
export class Chart {
  /** @type {VegaView | undefined} */ #view;
  /** @type {object | undefined} */ #spec;
  #drawn = '';

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    new ResizeObserver(() => this.#draw()).observe(element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  /** @param {object} spec in Vega-Lite */
  async show(spec) {
    this.#spec = spec;
    await this.#draw();
  }

  async #draw() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (this.#spec === undefined || width === 0) return;
    const wanted = { ...this.#spec, width, height, autosize: { type: 'fit', contains: 'padding' } };
    const config = theme();
    const text = JSON.stringify([wanted, config]);
    if (text === this.#drawn) return;
    this.#drawn = text;
    const { spec } = vegaLite.compile(wanted, { config });
    const view = new vega.View(vega.parse(spec, undefined, { ast: true }), {
      renderer: 'svg',
      expr: expressionInterpreter,
    });
    // Aside, so that the old drawing stays until the new one is whole.
    const canvas = document.createElement('div');
    // What it says stands in the words of the element around it, and in the table below.
    canvas.ariaHidden = 'true';
    await view.initialize(canvas).runAsync();
    if (text !== this.#drawn) {
      view.finalize();
      return;
    }
    this.#view?.finalize();
    this.#view = view;
    this.element.replaceChildren(canvas);
  }
}
