/** As much as the page uses of what Vega's two scripts leave behind. */
interface VegaView {
  initialize(element: Element): VegaView;
  runAsync(): Promise<VegaView>;
  finalize(): void;
}

declare const vega: {
  parse(spec: object, config: undefined, options: { ast: true }): object;
  View: new (runtime: object, options: { renderer: 'svg'; expr: unknown }) => VegaView;
};

declare const vegaLite: {
  compile(spec: object, options: { config: object }): { spec: object };
};
