/**
 * The globals of the two Vega scripts, with the members that are used.
 *
 * @typedef {object} VegaView
 * @property {(element: Element) => VegaView} initialize
 * @property {() => Promise<VegaView>} runAsync
 * @property {() => void} finalize
 *
 * @typedef {object} Vega
 * @property {(spec: object, config: undefined, options: { ast: true }) => object} parse
 * @property {new (runtime: object, options: { renderer: 'svg', expr: unknown }) => VegaView} View
 *
 * @typedef {object} VegaLite
 * @property {(spec: object, options: { config: object }) => { spec: object }} compile
 */
export const { vega, vegaLite } = /** @type {{ vega: Vega, vegaLite: VegaLite }} */ (
  /** @type {unknown} */ (globalThis)
);
