import { Chart } from './chart.js';
import { tableOf } from './table.js';

/** @import { RenderedPanel } from '../charts/rendered-panel' */
/** @import { Panel } from '../model/panel' */

const WIDE = 30;

/** One panel of the page: its title, description, and chart or table. */
export class PanelView {
  #body = element('div');
  #numbers = element('div', 'table');
  #details = document.createElement('details');
  /** @type {Chart | undefined} */ #chart;
  /** @type {RenderedPanel | undefined} */ #shown;

  /** @param {Pick<Panel, 'id' | 'title' | 'description' | 'width' | 'height'>} panel */
  constructor({ id, title, description, width, height }) {
    this.title = title;
    this.element = element('section', 'panel');
    this.element.id = id;
    this.element.classList.toggle('wide', width > WIDE);
    this.element.style.setProperty('--columns', String(width));
    this.element.style.setProperty('--rows', String(height));
    this.element.setAttribute('aria-label', title);
    this.#details.append(element('summary', '', 'Numbers'), this.#numbers);
    this.#details.addEventListener('toggle', () => this.#showNumbers());
    this.element.append(element('h2', '', title), element('p', '', description), this.#body);
  }

  /** @param {RenderedPanel} shown */
  async show(shown) {
    this.#shown = shown;
    if (shown.rows.length === 0) this.#showNoData();
    else if (shown.spec === null) this.#showTable(shown);
    else await this.#showChart(shown, shown.spec);
    this.#showNumbers();
  }

  #showNoData() {
    this.#chart = undefined;
    this.#details.remove();
    this.#body.className = 'chart no-data';
    this.#body.removeAttribute('role');
    this.#body.replaceChildren('No documents');
  }

  /** @param {RenderedPanel} shown */
  #showTable({ columns, rows }) {
    this.#body.className = 'table';
    asRegion(this.#body, `${this.title}: table`);
    this.#body.replaceChildren(tableOf(columns, rows));
  }

  /**
   * @param {RenderedPanel} shown
   * @param {object} spec
   */
  async #showChart({ summary }, spec) {
    if (this.#chart === undefined) {
      this.#body.className = 'chart';
      this.#body.replaceChildren();
      this.#body.after(this.#details);
      this.#chart = new Chart(this.#body);
    }
    this.#body.setAttribute('role', 'img');
    this.#body.setAttribute('aria-label', `${this.title}. ${summary}`);
    await this.#chart.show(spec);
  }

  /** Builds the table only while it is open. */
  #showNumbers() {
    if (!this.#details.open || this.#shown === undefined) return;
    asRegion(this.#numbers, `${this.title}: numbers`);
    this.#numbers.replaceChildren(tableOf(this.#shown.columns, this.#shown.rows));
  }
}

/**
 * Makes a scrollable region reachable by keyboard.
 *
 * @param {HTMLElement} region
 * @param {string} label
 */
function asRegion(region, label) {
  region.tabIndex = 0;
  region.setAttribute('role', 'region');
  region.setAttribute('aria-label', label);
}

/** @param {string} name @param {string} className @param {string} text */
function element(name, className = '', text = '') {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}
