// The interpreter needs no `eval`, which the Content-Security-Policy forbids.
import { expressionInterpreter } from '/vega/vega-interpreter.js';
import { theme } from './theme.js';
import { vega, vegaLite } from './vega.js';

/** @import { VegaView } from './vega.js' */

/** A chart that fills an element, and is redrawn when its data, its size or the colour scheme changes. */
export class Chart {
  /** @type {VegaView | undefined} */ #view;
  /** @type {object | undefined} */ #spec;
  #rendered = '';

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
    if (text === this.#rendered) return;
    this.#rendered = text;
    const { spec } = vegaLite.compile(wanted, { config });
    const view = new vega.View(vega.parse(spec, undefined, { ast: true }), {
      renderer: 'svg',
      expr: expressionInterpreter,
    });
    // In a detached element, so that the old chart stays until the new one is complete.
    const canvas = document.createElement('div');
    // The label of the parent element and the table below have the same content.
    canvas.ariaHidden = 'true';
    await view.initialize(canvas).runAsync();
    if (text !== this.#rendered) {
      view.finalize();
      return;
    }
    this.#view?.finalize();
    this.#view = view;
    this.element.replaceChildren(canvas);
  }
}
