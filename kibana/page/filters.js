/** The filters of the page: the URL is their source, the form displays them. */
export class Filters {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.#showUrl();
  }

  /**
   * Calls back when the user changes a filter, and when the URL changes by going back.
   *
   * @param {() => void} callback
   */
  onChange(callback) {
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('change', () => {
      history.pushState(null, '', `?${this.#formQuery()}`);
      this.#showUrl();
      callback();
    });
    addEventListener('popstate', () => {
      this.#showUrl();
      callback();
    });
  }

  /** Returns the filters of the URL without validation, which the server does. */
  search() {
    const query = new URLSearchParams(location.search);
    query.delete('refresh');
    return query;
  }

  /** Returns the refresh interval, null for none. */
  refreshMs() {
    const seconds = Number(this.#field('refresh').value);
    return seconds > 0 ? seconds * 1000 : null;
  }

  /** @param {{ readonly pipeline: readonly string[], readonly device: readonly string[] }} choices */
  setChoices(choices) {
    for (const name of /** @type {const} */ (['pipeline', 'device'])) this.#setOptions(name, choices[name]);
  }

  #showUrl() {
    const url = new URLSearchParams(location.search);
    const isFromTo = url.has('from') || url.has('to');
    this.#field('range').value = isFromTo ? '' : (url.get('range') ?? 'all');
    this.#field('refresh').value = url.get('refresh') ?? '10';
    for (const name of ['from', 'to']) this.#field(name).value = url.get(name)?.replace(/(\.\d+)?Z$/, '') ?? '';
    for (const label of this.form.querySelectorAll('label.time')) label.toggleAttribute('hidden', !isFromTo);
    for (const name of ['pipeline', 'device']) this.#setOptions(name, []);
  }

  /** Lists the available values, and always the selected one. @param {string} name @param {readonly string[]} values */
  #setOptions(name, values) {
    const selected = new URLSearchParams(location.search).get(name) ?? '';
    const all = ['', ...new Set(selected === '' ? values : [selected, ...values])].toSorted();
    const select = this.#field(name);
    select.replaceChildren(...all.map((value) => new Option(value === '' ? 'All' : value, value)));
    select.value = selected;
  }

  #formQuery() {
    const query = new URLSearchParams();
    const values = Object.fromEntries(
      ['range', 'pipeline', 'device', 'refresh'].map((name) => [name, this.#field(name).value]),
    );
    if (values['range'] === '') this.#addTimes(query);
    for (const [name, value] of Object.entries(values)) {
      const isDefault = value === '' || (name === 'range' && value === 'all') || (name === 'refresh' && value === '10');
      if (!isDefault) query.set(name, value);
    }
    return query;
  }

  /** Defaults to the last hour. @param {URLSearchParams} query */
  #addTimes(query) {
    const now = Date.now();
    for (const [name, byDefault] of /** @type {const} */ ([
      ['from', now - 3_600_000],
      ['to', now],
    ])) {
      const { value } = this.#field(name);
      const time = value === '' ? new Date(byDefault) : new Date(`${value}Z`);
      query.set(name, time.toISOString().replace(/\.\d+Z$/, 'Z'));
    }
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLSelectElement} */ (this.form.elements.namedItem(name));
  }
}
