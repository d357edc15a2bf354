/** The filters of the page: the address holds them, the form shows them. */
export class Filters {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.#showAddress();
  }

  /**
   * Calls back when somebody chooses, and when the address changes by going back.
   *
   * @param {() => void} chosen
   */
  onChange(chosen) {
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('change', () => {
      history.pushState(null, '', `?${this.#ofForm()}`);
      this.#showAddress();
      chosen();
    });
    addEventListener('popstate', () => {
      this.#showAddress();
      chosen();
    });
  }

  /** What to search for, as the address says it, right or wrong: the server judges it. */
  search() {
    const query = new URLSearchParams(location.search);
    query.delete('refresh');
    return query;
  }

  /** Null for never. */
  refreshMs() {
    const seconds = Number(this.#field('refresh').value);
    return seconds > 0 ? seconds * 1000 : null;
  }

  /** @param {{ readonly pipeline: readonly string[], readonly device: readonly string[] }} choices */
  offer(choices) {
    for (const name of /** @type {const} */ (['pipeline', 'device'])) this.#offer(name, choices[name]);
  }

  #showAddress() {
    const address = new URLSearchParams(location.search);
    const isFromTo = address.has('from') || address.has('to');
    this.#field('range').value = isFromTo ? '' : (address.get('range') ?? 'all');
    this.#field('refresh').value = address.get('refresh') ?? '10';
    for (const name of ['from', 'to']) this.#field(name).value = address.get(name)?.replace(/(\.\d+)?Z$/, '') ?? '';
    for (const label of this.form.querySelectorAll('label.time')) label.toggleAttribute('hidden', !isFromTo);
    for (const name of ['pipeline', 'device']) this.#offer(name, []);
  }

  /** The values that there are, and always the chosen one. @param {string} name @param {readonly string[]} values */
  #offer(name, values) {
    const chosen = new URLSearchParams(location.search).get(name) ?? '';
    const all = ['', ...new Set(chosen === '' ? values : [chosen, ...values])].toSorted();
    const select = this.#field(name);
    select.replaceChildren(...all.map((value) => new Option(value === '' ? 'All' : value, value)));
    select.value = chosen;
  }

  #ofForm() {
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

  /** The last hour until other times are chosen. @param {URLSearchParams} query */
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
